#!/bin/bash
# Run the tests of the package as an ordinary user: as_ordinary_user.sh GO LIBRARY [ARGUMENT of the test...]
set -euo pipefail
go=$1 library=$2
shift 2
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

built=$(mktemp -d)
trap 'rm -rf -- "$built"' EXIT
"$go" test -c -o "$built/spaces.test" .
# shellcheck disable=SC2016 # $place is set there
../../tests/support/as_ordinary_user.sh "$library" "$built/spaces.test" ../cases.json -- \
    sh -c 'SPACES_CASES=$place/cases.json exec "$place/spaces.test" "$@"' sh "$@"
