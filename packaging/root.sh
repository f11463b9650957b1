#!/bin/bash
# root.sh TARBALL: a root file system of Debian 12 with what the packages and their tests depend on, and no
# more. One that is there already is taken, if it has the same packages.
set -euo pipefail

tarball=$(realpath -m -- "$1")
packages=(cmake gcc golang-go libc6-dev libseccomp2 libstdc++6 make pkg-config procps python3 ruby)

if [ "$(cat "$tarball.packages" 2>/dev/null)" = "${packages[*]}" ]; then
    exit
fi
rm -f -- "$tarball.packages"
mkdir -p -- "$(dirname -- "$tarball")"
mmdebstrap --quiet --variant=minbase --include="$(IFS=, && echo "${packages[*]}")" bookworm "$tarball"
echo "${packages[*]}" >"$tarball.packages"
