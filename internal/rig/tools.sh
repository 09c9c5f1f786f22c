#!/bin/sh
# Installs the programs that the tests run, as root on Debian; elsewhere says
# what to install. Fails if something is missing in the end.
set -eu

missing=
for pair in chromium:chromium firefox-esr:firefox-esr tor:tor tor-gencert:tor strace:strace unzip:unzip tar:tar \
	sha256sum:coreutils debootstrap:debootstrap ssh-keygen:openssh-client systemd-analyze:systemd tmux:tmux pdftotext:poppler-utils openssl:openssl; do
	command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
# npm brings axe-core, and readers of what is exported, at the versions that their
# package-lock.json name; node runs the readers.
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
here=$(dirname "$0")
packages="$here/../browsertest:axe-core/axe.min.js $here/../export/readers:csv-parse/package.json
	$here/../export/readers:@alephdata/followthemoney/package.json"
for pair in $packages; do
	[ -f "${pair%:*}/node_modules/${pair##*:}" ] || command -v npm >/dev/null 2>&1 || missing="$missing npm"
done

fetch_packages() {
	for pair in $packages; do
		[ -f "${pair%:*}/node_modules/${pair##*:}" ] && continue
		package=${pair##*:}
		echo "installing ${package%/*} for the tests"
		npm ci --prefix "${pair%:*}" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	done
}

if [ -z "$missing" ]; then
	fetch_packages
	exit
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "installing for the tests:$missing"
	apt-get update -qq
	# shellcheck disable=SC2086 # a list of package names
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
	fetch_packages
	exit
fi
echo "the tests need more programs; install:$missing" >&2
exit 1
