#!/bin/bash
# check.sh DIRECTORY TARBALL: the packages that build.sh has left in DIRECTORY, in a clean Debian from TARBALL
# (see root.sh): they can be installed, do what they are for as root and as an ordinary user, can be upgraded,
# and leave nothing behind when they are purged. As root.
set -euo pipefail

directory=$(realpath -- "$1")
tarball=$(realpath -- "$2")
source=$directory/source
version=$(dpkg-parsechangelog -l "$source/debian/changelog" -S Version)
work=$directory/check
root=$work/root
debs=("$directory"/*.deb)

title() {
    printf -- '-- %s\n' "$*"
}

# in_root COMMAND...: in the clean root, as a container of the very packages that are checked.
in_root() {
    LD_LIBRARY_PATH=$(echo "$source"/debian/libspaces1/usr/lib/*/) "$source/debian/space/usr/bin/space" \
        chroot --share user --pid --ipc --uts --default-mounts --clear-env \
        --env PATH=/usr/sbin:/usr/bin:/sbin:/bin --env HOME=/nonexistent --env LC_ALL=C.UTF-8 \
        --bind "$source:/mnt/source:ro" --bind "$directory:/mnt/packages:ro" "$root" -- "$@"
}

# inside DEB...: their names in the root, where the directory of the packages is /mnt/packages.
inside() {
    printf '%s\n' "${@/#"$directory"//mnt/packages}"
}

# What is in the root, but for dpkg's own backups and logs and the linker's cache, which come with any
# package.
files() {
    (cd "$root" && find . -xdev -path ./tmp -prune -o -print) |
        grep -vE '^\./(var/lib/dpkg/.*-old|var/log/.*|var/cache/ldconfig.*|mnt.*)$' | LC_ALL=C sort
}

# smoke_tests: those that Debian runs on installed packages.
smoke_tests() {
    local test user
    while read -r test; do
        for user in 0 1000; do
            title "test $test, as user $user"
            # shellcheck disable=SC2016 # expanded inside
            in_root setpriv --reuid "$user" --regid "$user" --clear-groups sh -ec '
                AUTOPKGTEST_TMP=$(mktemp -d)
                export AUTOPKGTEST_TMP
                cd /mnt/source
                exec "debian/tests/$1"' sh "$test"
        done
    done < <(sed -n 's/^Tests: //p' "$source/debian/tests/control")
}

# higher DEB...: the same packages, as a later version would be.
higher() {
    local deb unpacked=$work/unpacked
    mkdir "$work/higher"
    for deb in "$@"; do
        dpkg-deb --raw-extract "$deb" "$unpacked"
        sed -i "/^\\(Version\\|Depends\\):/s/$version/$version+later1/g" "$unpacked/DEBIAN/control"
        dpkg-deb --root-owner-group --build "$unpacked" "$work/higher" >/dev/null
        rm -rf -- "$unpacked"
    done
}

title "lintian"
lintian --allow-root --fail-on error,warning "$directory"/*.changes

rm -rf -- "$work"
mkdir -p -- "$root"
trap 'rm -rf --one-file-system -- "$work"' EXIT
tar -x -C "$root" -f "$tarball"
mkdir -p -- "$root/mnt/source" "$root/mnt/packages"

files >"$work/files.before"
title "install"
mapfile -t names < <(inside "${debs[@]}")
in_root dpkg --install "${names[@]}"
files >"$work/files.installed"
smoke_tests

title "upgrade"
higher "${debs[@]}"
mapfile -t names < <(inside "$work"/higher/*.deb)
in_root dpkg --install "${names[@]}"
files | diff -u "$work/files.installed" -
in_root sh -c 'cd /mnt/source && debian/tests/space && debian/tests/python3'

title "purge"
mapfile -t names < <(for deb in "${debs[@]}"; do dpkg-deb --field "$deb" Package; done)
in_root dpkg --purge "${names[@]}"
files | diff -u "$work/files.before" -
echo "The packages are as they should be."
