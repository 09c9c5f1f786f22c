#!/bin/sh
# Runs every fuzz target of the project, each for the time given: fuzz.sh 10s
set -eu

fuzz() {
	go test -run '^$' -fuzz "^$2\$" -fuzztime "$3" -fuzzminimizetime 10x "$1" 2>&1
}

for package in $(grep -rl --include='*_test.go' '^func Fuzz' cmd intake internal vault | xargs -n 1 dirname | sort -u | sed 's|^|./|'); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "fuzz $package $target"
		if out=$(fuzz "$package" "$target" "$1"); then
			echo "$out" | tail -n 3
			continue
		fi
		echo "$out"
		# go test now and then takes the end of its own time for a failure; a real
		# one names its input.
		case $out in
		*'Failing input'*) exit 1 ;;
		*'context deadline exceeded'*) fuzz "$package" "$target" "$1" ;;
		*) exit 1 ;;
		esac
	done
done
