#!/bin/sh
# pip_install.sh PYTHON SOURCE LIBDIR VENV: pip builds the package against the libspaces installed in LIBDIR, and
# the package works by itself then.
set -eu

python=$1 source=$2 libdir=$3 venv=$4

"$python" -m venv --clear "$venv"
pip="$venv/bin/pip --quiet --disable-pip-version-check"
if ! $pip download --no-deps --dest "$venv" scikit-build-core; then
    echo "skipped: pip reaches no index to build with"
    exit 77
fi
PKG_CONFIG_PATH=$libdir/pkgconfig $pip install "$source"

cd "$venv"
unset PYTHONPATH
"$venv/bin/python" -I - <<'PROGRAM'
import subprocess
import sys

import pyspaces

assert pyspaces.__file__.startswith(sys.prefix), pyspaces.__file__
program = pyspaces.Container(argv=["id", "-u"], stdout=subprocess.PIPE, newuser=True)
function = pyspaces.Container(target=sys.exit, args=(7,), newuser=True, newpid=True)
for container in program, function:
    container.start()
    container.join()
assert program.stdout.read() == b"0\n"
assert (program.exitcode, function.exitcode) == (0, 7)
print("pip installed pyspaces", pyspaces.__version__, "on libspaces", pyspaces.library_version())
PROGRAM
