#!/bin/bash
# ruby.sh DIRECTORY: the gem spaces, in DIRECTORY/ruby. It is installed with the library that build.sh has left in
# DIRECTORY, into a directory of its own, and runs containers there.
set -euo pipefail

directory=$(realpath -- "$1")
source=$directory/source
out=$directory/ruby
prefix=$out/prefix

rm -rf -- "$out"
for component in runtime development; do
    cmake --install "$source"/obj-* --prefix "$prefix" --component "$component" >/dev/null
done
libdir=$(echo "$prefix"/lib/*/)
# The packages' is where pkg-config looks by itself.
sed -i "s|^prefix=.*|prefix=$prefix|" "$libdir/pkgconfig/spaces.pc"

"$source/bindings/ruby/test/gem_install.sh" /usr/bin/ruby "${libdir%/}" "$out/home"
version=$(sed -n 's/.*VERSION = "\(.*\)".*/\1/p' "$source/bindings/ruby/lib/spaces/version.rb")
mv -- "$out/home/spaces.gem" "$out/spaces-$version.gem"
rm -rf -- "${out:?}/home" "$prefix"
