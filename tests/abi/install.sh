#!/bin/sh
# install.sh CMAKE BUILD_DIR PREFIX LIBDIR [FILE...]: `cmake --install` puts every file in its place below
# PREFIX, these among them, and below DESTDIR where that is set, and none of them names the build directory.
set -eu

cmake=$1 build_dir=$2 prefix=$3 libdir=$4
shift 4

rm -rf "$prefix" "$prefix.staged"
"$cmake" --install "$build_dir" --prefix "$prefix" >/dev/null
DESTDIR=$prefix.staged "$cmake" --install "$build_dir" --prefix /opt/spaces >/dev/null

cd "$prefix"
failed=0
for file in \
    "$libdir"/libspaces.so "$libdir"/libspaces.so.1 "$libdir"/spaces/stage \
    "$libdir"/pkgconfig/spaces.pc "$libdir"/cmake/spaces/spaces-config.cmake \
    "$libdir"/cmake/spaces/spaces-config-version.cmake \
    include/spaces/spaces.h include/spaces/base.h share/doc/spaces/LICENSE "$@"; do
    if ! [ -f "$file" ]; then
        echo "$file is not installed" >&2
        failed=1
    fi
done
test -x "$libdir/spaces/stage"

(find . | sort) >"$prefix.files"
(cd "$prefix.staged/opt/spaces" && find . | sort) | diff -u "$prefix.files" - || failed=1

# Debug information names the sources, and may.
if grep -rIlF "$build_dir" .; then
    echo "these files name the build directory" >&2
    failed=1
fi
rm -rf "$prefix.staged" "$prefix.files"
exit $failed
