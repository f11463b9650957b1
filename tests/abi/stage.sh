#!/bin/sh
# stage.sh NM READELF LINKER STAGE OBJECT...: the stage is a static program that needs nothing: no symbol, no
# library, no interpreter, no writable code and no executable stack.
set -eu

nm=$1 readelf=$2 linker=$3 stage=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$stage: $1" >&2
    exit 1
}

# The stage itself is stripped, and would say that it needs nothing whatever it is. The offset table is the
# linker's own.
"$linker" -r -o "$work/stage.o" "$@"
undefined=$("$nm" --undefined-only "$work/stage.o" | grep -v ' _GLOBAL_OFFSET_TABLE_$' || true)
test -z "$undefined" || fail "undefined symbols: $undefined"
"$nm" --defined-only "$work/stage.o" | grep -q ' T _start$' || fail "it does not start at _start"

segments=$("$readelf" --wide --program-headers "$stage")
echo "$segments" | grep -q 'GNU_STACK .* RW ' || fail "its stack is executable, or not said to be not"
if echo "$segments" | grep -q INTERP; then
    fail "it asks for an interpreter"
fi
if echo "$segments" | grep -qE '(LOAD|GNU_STACK) .* RWE '; then
    fail "it has memory that is writable and executable"
fi
if "$readelf" --wide --dynamic "$stage" | grep -q NEEDED; then
    fail "it needs a shared library"
fi
