#!/bin/bash
# Run the tests of the package as an ordinary user: as_ordinary_user.sh GO LIBRARY [ARGUMENT of the test...]
#
# That user need not be able to read the tree it was built in, so what is needed is copied.
set -euo pipefail
go=$1 library=$2
shift 2
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

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
cp -- "$library" "$place/libspaces.so.1"
cp -- ../cases.json "$place"
"$go" test -c -o "$place/spaces.test" .
cd "$place/home"
setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --reset-env -- \
    env LD_LIBRARY_PATH="$place" SPACES_CASES="$place/cases.json" TMPDIR="$place/home" "$place/spaces.test" "$@"
