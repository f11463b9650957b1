#!/bin/sh
# exports.sh INCLUDE_DIR CC NM LIBRARY: the library exports what the headers declare, at version SPACES_1,
# and nothing else.
set -eu

include_dir=$1 cc=$2 nm=$3 library=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A name before a parenthesis is a function: the one function type is used by its typedef's name.
echo '#include <spaces/spaces.h>' | "$cc" -E -P -I"$include_dir" -x c - |
    grep -oE '\bspaces_[a-z0-9_]+ *\(' | sed 's/ *($/@@SPACES_1/; s/^/T /' | sort -u >"$work/declared"
"$nm" -D --defined-only "$library" | cut -d' ' -f2- | grep -v '^A SPACES_1$' | sort >"$work/exported"

test -s "$work/declared"
if ! diff -u --label declared --label exported "$work/declared" "$work/exported"; then
    echo "$library exports something else than the headers declare" >&2
    exit 1
fi
echo "$(wc -l <"$work/exported") functions"
