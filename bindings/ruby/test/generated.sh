#!/bin/bash
# The C of the raw module in the tree is what SWIG makes of ruby.i: generated.sh SWIG
#
# To bring it up to date, run `rake generate` in bindings/ruby.
set -euo pipefail
swig=$1
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
# As the Rakefile says, but for the place.
"$swig" -ruby -Wall -Werror -o "$place/raw_wrap.c" ruby.i
if ! diff -u --label ext/spaces/raw_wrap.c ext/spaces/raw_wrap.c "$place/raw_wrap.c" >&2; then
    echo "ext/spaces/raw_wrap.c is not what ruby.i makes: run rake generate in bindings/ruby" >&2
    exit 1
fi
echo "ext/spaces/raw_wrap.c is up to date"
