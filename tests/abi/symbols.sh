#!/bin/sh
# symbols.sh compare|update NM LIBRARY VERSION: packaging/debian/libspaces1.symbols lists what the library
# exports, each symbol with the version that it came with. update adds new ones at VERSION; one that is gone
# is never taken out.
set -eu

verb=$1 nm=$2 library=$3 version=$4
file=$(dirname "$0")/../../packaging/debian/libspaces1.symbols
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# dpkg-gensymbols(1) spells a versioned symbol NAME@VERSION, and lists the version itself as well.
"$nm" -D --defined-only "$library" |
    awk '$(NF - 1) == "A" { print $NF "@" $NF; next } { sub("@@", "@", $NF); print $NF }' |
    LC_ALL=C sort >"$work/exported"
test -s "$work/exported"
sed -n 's/^ \([^ ]*\) .*/\1/p' "$file" | LC_ALL=C sort >"$work/listed"

case $verb in
compare)
    if ! diff -u --label "${file##*/}" --label exported "$work/listed" "$work/exported"; then
        echo "${file##*/} does not list what the library exports; './dev abi update' adds what is new" >&2
        exit 1
    fi
    ;;
update)
    {
        grep -v '^ ' "$file"
        {
            grep '^ ' "$file" || true
            comm -13 "$work/listed" "$work/exported" | sed "s/.*/ & $version/"
        } | LC_ALL=C sort
    } >"$work/new"
    cp "$work/new" "$file"
    ;;
*)
    echo "usage: symbols.sh compare|update NM LIBRARY VERSION" >&2
    exit 2
    ;;
esac
