#!/bin/sh
# soname.sh READELF LIBRARY SONAME: the library is called so, is bound at load time, stays once loaded, and
# needs no more than the C and C++ run time and libseccomp.
set -eu

dynamic=$("$1" --wide --dynamic "$2")

fail() {
    printf '%s\n%s: %s\n' "$dynamic" "$library" "$1" >&2
    exit 1
}
library=$2

echo "$dynamic" | grep -qF "soname: [$3]" || fail "the SONAME is not $3"
echo "$dynamic" | grep -q 'FLAGS_1.*NOW' || fail "symbols are not bound at load time (-z now)"
echo "$dynamic" | grep -q 'FLAGS_1.*NODELETE' || fail "dlclose would unload it (-z nodelete)"
if echo "$dynamic" | grep -qE '\((RPATH|RUNPATH|TEXTREL)\)'; then
    fail "it has an RPATH or text relocations"
fi
needed=$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for library_needed in $needed; do
    case $library_needed in
    libc.so.6 | libm.so.6 | libgcc_s.so.1 | libstdc++.so.6 | libseccomp.so.2 | ld-linux-*.so.*) ;;
    lib[atu]*san.so.*) ;; # a build with sanitizers
    *) fail "it needs $library_needed" ;;
    esac
done
