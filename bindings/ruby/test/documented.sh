#!/bin/bash
# Every public name has documentation, as YARD sees it: documented.sh
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

if ! command -v yard >/dev/null; then
    echo "skipped: there is no yard (package yard)"
    exit 77
fi
stats=$(yard stats --list-undoc --no-save --no-progress 2>&1)
echo "$stats"
grep -qxE ' *100\.00% documented' <<<"$stats"
