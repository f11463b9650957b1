#!/bin/bash
# export.sh DIRECTORY: the files of the tree, as they are now, in DIRECTORY: what git knows of or would, if
# asked to, and nothing that was built.
set -euo pipefail

directory=$(realpath -m -- "$1")
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

rm -rf -- "$directory"
mkdir -p -- "$directory"
# What is deleted but not committed yet is still listed.
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do
        if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\0' "$file"; fi
    done | tar -c --null -T - | tar -x -C "$directory"
