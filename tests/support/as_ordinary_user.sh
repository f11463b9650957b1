#!/bin/bash
# Run a command as an ordinary user: as_ordinary_user.sh LIBRARY FILE... -- COMMAND [ARGUMENT...]
#
# That user need not be able to read the tree it was built in, so libspaces and the files are copied, to the
# directory $place of the command's environment.
set -euo pipefail
library=$1 files=()
shift
while [ "$1" != -- ]; do
    files+=("$1")
    shift
done
shift

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
cp -r -- "${files[@]}" "$place"
cp -- "$library" "$place/libspaces.so.1"
cd "$place/home"
setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --reset-env -- \
    env place="$place" LD_LIBRARY_PATH="$place" TMPDIR="$place/home" "$@"
