#!/bin/sh
# stage.sh NM READELF STAGE: the stage is a static program that needs nothing: no symbol, no library, no
# interpreter, no writable code and no executable stack.
set -eu

nm=$1 readelf=$2 stage=$3

fail() {
    echo "$stage: $1" >&2
    exit 1
}

# A stripped program would say that it needs nothing, whatever it is.
"$nm" --defined-only "$stage" | grep -q ' T _start$' || fail "it has no symbol table, or no _start"
undefined=$("$nm" --undefined-only "$stage")
test -z "$undefined" || fail "undefined symbols: $undefined"

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
