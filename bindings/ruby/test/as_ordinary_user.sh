#!/bin/bash
# Run the tests of the gem as an ordinary user: as_ordinary_user.sh RUBY LIB LIBRARY [ARGUMENT of the tests...]
#
# That user need not be able to read the tree it was built in, so what is needed is copied.
set -euo pipefail
ruby=$1 lib=$2 library=$3
shift 3
here=$(dirname -- "$(readlink -f -- "$0")")

if [ "$(id -u)" != 0 ]; then
    echo "skipped: user $(id -u) is an ordinary user already"
    exit 77
fi
# A real user of the system if there is one, since /etc/subuid and others name users.
user=$(getent passwd | awk -F: '$3 >= 1000 && $3 < 60000 { print $1; exit }')
user=${user:-nobody}

place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
chmod 755 "$place"
mkdir "$place/home"
chown "$user:" "$place/home"
cp -r -- "$lib" "$here" "$here/../README.md" "$here/../../cases.json" "$place"
cp -- "$library" "$place/libspaces.so.1"
cd "$place/home"
setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --reset-env -- \
    env LD_LIBRARY_PATH="$place" RUBYLIB="$place/lib" TMPDIR="$place/home" "$ruby" -w "$place/test/all.rb" "$@"
