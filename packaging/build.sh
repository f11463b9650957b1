#!/bin/bash
# build.sh DIRECTORY: the Debian packages of the tree as it is now, built below DIRECTORY. Nothing is written
# in the tree.
set -euo pipefail

directory=$(realpath -m -- "$1")
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

version=$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)
upstream=${version%-*}
if ! grep -qF "VERSION $upstream " CMakeLists.txt; then
    echo "packaging/debian/changelog is of version $upstream, CMakeLists.txt of another" >&2
    exit 1
fi

rm -rf -- "$directory"
mkdir -p -- "$directory"
source=$directory/libspaces-$upstream
packaging/export.sh "$source"
tar -C "$directory" --sort=name --owner=0 --group=0 --numeric-owner \
    --mtime="@$(dpkg-parsechangelog -l packaging/debian/changelog -S Timestamp)" \
    -cJf "$directory/libspaces_$upstream.orig.tar.xz" "libspaces-$upstream"
cp -r packaging/debian "$source/debian"
ln -s -- "${source##*/}" "$directory/source"

# debhelper(7) gives a build a home of its own, where ccache would find nothing.
if command -v ccache >/dev/null; then
    CCACHE_DIR=$(ccache --get-config cache_dir)
    export CCACHE_DIR
fi
# The distribution's tools, rather than those that a version manager put first in the PATH; and ccache's names
# of the compilers, where there are any.
cd -- "$source"
PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin dpkg-buildpackage -us -uc "${@:2}"
