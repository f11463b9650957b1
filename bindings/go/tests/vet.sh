#!/bin/bash
# Formatting and go vet: vet.sh GO
set -euo pipefail
go=$1
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

gofmt=$("$go" env GOROOT)/bin/gofmt
unformatted=$("$gofmt" -l .)
if [ -n "$unformatted" ]; then
    echo "not as gofmt has it: $unformatted" >&2
    exit 1
fi
"$go" vet ./...
echo "gofmt and go vet have nothing to say"
