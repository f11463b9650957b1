#!/bin/bash
# Run the tests of the gem as an ordinary user: as_ordinary_user.sh RUBY LIB LIBRARY [ARGUMENT of the
# tests...]
set -euo pipefail
ruby=$1 lib=$2 library=$3
shift 3
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

# shellcheck disable=SC2016 # $place is set there
../../tests/support/as_ordinary_user.sh "$library" "$lib" test README.md ../cases.json -- \
    sh -c 'RUBYLIB=$place/lib exec "$0" -w "$place/test/all.rb" "$@"' "$ruby" "$@"
