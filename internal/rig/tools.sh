#!/bin/sh
# Installs the programs that the tests run, as root on Debian; elsewhere says
# what to install. Fails if something is missing in the end.
set -eu

missing=
for pair in chromium:chromium firefox-esr:firefox-esr tor:tor tor-gencert:tor strace:strace unzip:unzip tar:tar \
	sha256sum:coreutils debootstrap:debootstrap ssh-keygen:openssh-client systemd-analyze:systemd pdftotext:poppler-utils; do
	command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
# npm brings axe-core, at the version that package-lock.json names.
axe=$(dirname "$0")/../browsertest
[ -f "$axe/node_modules/axe-core/axe.min.js" ] || command -v npm >/dev/null 2>&1 || missing="$missing npm"

fetch_axe() {
	[ -f "$axe/node_modules/axe-core/axe.min.js" ] && return 0
	echo "installing axe-core for the tests"
	npm ci --prefix "$axe" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
}

if [ -z "$missing" ]; then
	fetch_axe
	exit
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "installing for the tests:$missing"
	apt-get update -qq
	# shellcheck disable=SC2086 # a list of package names
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
	fetch_axe
	exit
fi
echo "the tests need more programs; install:$missing" >&2
exit 1
