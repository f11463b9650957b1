#!/bin/sh
# consume.sh LIBDIR SOURCE COMPILER OPTION...: build a program as a user of the installed library would, by
# pkg-config, and run it.
set -eu

libdir=$1 source=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs spaces)
case $flags in
*"$libdir"*) ;;
*)
    echo "pkg-config found another libspaces: $flags" >&2
    exit 1
    ;;
esac
# shellcheck disable=SC2086 # a list of options
"$@" -pedantic-errors -Wall -Wextra -Werror "$source" $flags -o "$work/program"
LD_LIBRARY_PATH=$libdir "$work/program"
