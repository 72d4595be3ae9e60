#!/bin/sh
# Runs every fuzz target in the module, one after the other.
# Usage: scripts/fuzz.sh 2m
set -eu
cd "$(dirname "$0")/.."
time=${1:-2m}
git grep -l '^func Fuzz' -- '*_test.go' | while read -r file; do
	dir=$(dirname "$file")
	sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file" | while read -r target; do
		echo "./$dir $target"
		${GO:-go} test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$dir"
	done
done
