#!/bin/sh
# dump.sh compare|update INCLUDE_DIR LIBRARY: the ABI of the library against the dump that is checked in.
set -eu

verb=$1 include_dir=$2 library=$3
dump=$(dirname "$0")/libspaces.so.1.abi

case $verb in
compare)
    # Additions count too: a release's ABI is a decision, and the dump is where it is written down.
    if ! abidiff --headers-dir1 "$include_dir" --headers-dir2 "$include_dir" "$dump" "$library"; then
        echo "The ABI is not that of ${dump##*/}. If it may be so, './dev abi update' writes it down." >&2
        exit 1
    fi
    ;;
update)
    raw=$(mktemp)
    trap 'rm -f "$raw"' EXIT
    abidw --headers-dir "$include_dir" --drop-private-types --exported-interfaces-only --no-corpus-path \
        --no-comp-dir-path --no-show-locs --no-elf-needed --type-id-style hash --out-file "$raw" "$library"
    # Where the sources were is nobody's business.
    sed -E "s#path='[^']*/((lib|include)/[^']*)'#path='\1'#; s# comp-dir-path='[^']*'##" "$raw" >"$dump"
    ;;
*)
    echo "usage: dump.sh compare|update INCLUDE_DIR LIBRARY" >&2
    exit 2
    ;;
esac
