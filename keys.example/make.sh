#!/bin/sh
# Makes the cards and rosters of this folder anew, with keys that nobody keeps: they
# and their passphrase live in a folder that is removed at the end. Run it from the
# top of the project after "make build"; it takes about a minute.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
keys=$(cd "$here/.." && pwd)/bin/amana-keys
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
cd "$work"
umask 077
od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >passphrase

person() { # KIND NAME FILE
	"$keys" "$1" new --name "$2" -o "$3.key" --card "$3.card" --passphrase-file passphrase
}
person admin 'Administrator A' administrator-a
person admin 'Administrator B' administrator-b
person reviewer 'Reviewer A' reviewer-a
person reviewer 'Reviewer B' reviewer-b
person reviewer 'Reviewer C' reviewer-c

sign() { # FILE [FLAG...]
	for admin in administrator-a administrator-b; do
		"$keys" roster sign "$@" -i $admin.key --yes --passphrase-file passphrase
	done
}
"$keys" roster new --admin administrator-a.card --admin administrator-b.card \
	--reviewer reviewer-a.card --reviewer reviewer-b.card -o roster-1.txt
sign roster-1.txt
# Reviewer B leaves, and C comes.
"$keys" roster add roster-1.txt reviewer-c.card -o roster-2.txt
"$keys" roster retire roster-2.txt 'Reviewer B'
sign roster-2.txt --previous roster-1.txt
"$keys" roster verify roster-1.txt roster-2.txt

chmod 644 ./*.card ./*.txt
mv ./*.card ./*.txt "$here/"
