#!/bin/bash
# python.sh DIRECTORY [PYTHON...]: the sdist of pyspaces and, for each PYTHON, a wheel that has libspaces
# within, in DIRECTORY/python, made with the library that build.sh has left in DIRECTORY. Each is installed in
# a virtual environment and runs a container there: a wheel built from the sdist on an installed libspaces,
# and the one that needs none.
set -euo pipefail

directory=$(realpath -- "$1")
shift
[ $# -gt 0 ] || set -- /usr/bin/python3
source=$directory/source
requirements=$(dirname -- "$(readlink -f -- "$0")")/python-requirements.txt
out=$directory/python
prefix=$out/prefix

title() {
    printf -- '-- %s\n' "$*"
}

# smoke_test VENV
smoke_test() {
    # Not in the tree, whose packages Python would find first.
    (cd "$out" && "$1/bin/python" -I - <<'PROGRAM')
import subprocess
import sys

import pyspaces

assert pyspaces.__file__.startswith(sys.prefix), pyspaces.__file__
program = pyspaces.Container(argv=["id", "-u"], stdout=subprocess.PIPE, all=True)
function = pyspaces.Container(target=sys.exit, args=(7,), all=True)
for container in program, function:
    container.start()
    container.join()
assert program.stdout.read() == b"0\n"
assert (program.exitcode, function.exitcode) == (0, 7)
print("pyspaces", pyspaces.__version__, "on libspaces", pyspaces.library_version(), "in Python", sys.version)
PROGRAM
}

rm -rf -- "$out"
mkdir -p -- "$out/tree" "$out/built" "$out/wheels"

title "the tools"
tools=$directory/../python-tools
if ! cmp -s "$requirements" "$tools/requirements.txt"; then
    /usr/bin/python3 -m venv --clear "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp -- "$requirements" "$tools/requirements.txt"
fi
PATH=$tools/bin:/usr/bin:/bin

title "sdist"
cp -r "$source/bindings" "$out/tree"
python -m build --quiet --sdist --outdir "$out" "$out/tree/bindings/python"
twine check --strict "$out"/*.tar.gz

title "libspaces in a directory of its own"
for component in runtime development; do
    cmake --install "$source"/obj-* --prefix "$prefix" --component "$component" >/dev/null
done
# The packages' is where pkg-config looks by itself.
sed -i "s|^prefix=.*|prefix=$prefix|" "$prefix"/lib/*/pkgconfig/spaces.pc
PKG_CONFIG_PATH=$(echo "$prefix"/lib/*/pkgconfig)
export PKG_CONFIG_PATH

for python in "$@"; do
    venv=$out/venv
    title "wheel of $("$python" --version), from the sdist"
    rm -rf -- "$out/built"
    "$python" -m venv --clear "$venv"
    pip=("$venv/bin/pip" --quiet --disable-pip-version-check)
    "${pip[@]}" wheel --no-deps --wheel-dir "$out/built" "$out"/*.tar.gz
    "${pip[@]}" install --no-index "$out"/built/*.whl
    smoke_test "$venv"

    title "the same, with libspaces within"
    # The version is said here since auditwheel does not look at what the dynamic linker itself has to have:
    # rseq(2)'s __rseq_offset, of glibc 2.35.
    auditwheel repair --only-plat --plat "manylinux_2_35_$(uname -m)" \
        --wheel-dir "$out/repaired" "$out"/built/*.whl
    # It has taken libseccomp along, whose license wants to go with it.
    wheel unpack --dest "$out/unpacked" "$out"/repaired/*.whl
    licenses=$(echo "$out"/unpacked/*/*.dist-info)/licenses
    mkdir -p -- "$licenses"
    cp -- /usr/share/doc/libseccomp2/copyright "$licenses/libseccomp"
    wheel pack --dest-dir "$out/wheels" "$out"/unpacked/*
    rm -rf -- "$out/repaired" "$out/unpacked"
    mv -- "$prefix" "$prefix.away"
    "${pip[@]}" install --no-index --force-reinstall --find-links "$out/wheels" pyspaces
    smoke_test "$venv"
    mv -- "$prefix.away" "$prefix"
done
twine check --strict "$out"/wheels/*.whl
rm -rf -- "$out/tree" "$out/built" "$out/venv" "$prefix"
