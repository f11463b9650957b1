#!/bin/bash
# The raw layer in the tree is what SWIG makes of go.i: generated.sh SWIG GO
#
# To bring it up to date, run `go generate` in bindings/go.
set -euo pipefail
swig=$1 go=$2
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
# As go:generate in doc.go says, but for the place.
"$swig" -go -cgo -Wall -Werror -outdir "$place" -o "$place/raw_wrap.c" go.i
gofmt=$("$go" env GOROOT)/bin/gofmt
"$gofmt" -w "$place/raw.go"
if ! diff -ru --label internal/raw internal/raw "$place" >&2; then
    echo "internal/raw is not what go.i makes: run go generate in bindings/go" >&2
    exit 1
fi
echo "internal/raw is up to date"
