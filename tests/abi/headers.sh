#!/bin/sh
# headers.sh INCLUDE_DIR CC CXX: each public header compiles alone in every standard from C90 to C++20, and
# all of them twice in each of two files that are linked together define nothing twice.
set -eu

include_dir=$1 cc=$2 cxx=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

strict="-pedantic-errors -Wall -Wextra -Wundef -Wshadow -Wconversion -Werror -I$include_dir"
failed=0

# check LANGUAGE STANDARD COMPILER
check() {
    for header in "$include_dir"/spaces/*.h; do
        name=spaces/${header##*/}
        # shellcheck disable=SC2086 # a list of options
        if ! echo "#include <$name>" | "$3" -x "$1" -std="$2" $strict -fsyntax-only -; then
            echo "<$name> is not clean in $2 with $3" >&2
            failed=1
        fi
    done

    for unit in main other; do
        printf '#include <spaces/spaces.h>\n#include <spaces/spaces.h>\n' >"$work/$unit.$1"
    done
    echo 'int main(void) { return SPACES_OK; }' >>"$work/main.$1"
    echo 'int other(void); int other(void) { return SPACES_OK; }' >>"$work/other.$1"
    # shellcheck disable=SC2086
    if ! "$3" -x "$1" -std="$2" $strict "$work/main.$1" "$work/other.$1" -o "$work/twice"; then
        echo "two files that include <spaces/spaces.h> do not go together in $2 with $3" >&2
        failed=1
    fi
}

for standard in c90 c99 c11 c17; do
    check c $standard "$cc"
done
for standard in c++98 c++11 c++14 c++17 c++20; do
    check c++ $standard "$cxx"
done
exit $failed
