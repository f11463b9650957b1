#!/bin/bash
# Run a test program as an ordinary user to whom a part of cgroup version 2 is delegated, as systemd does it:
# delegated.sh USER LIBRARY PROGRAM [ARGUMENT...]
#
# That user need not be able to read the tree it was built in, so the library and the program are copied.
set -euo pipefail
user=$1 library=$2 program=$3
shift 3
root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
if [ "$(id -u)" != 0 ] || [ -z "$root" ] || [ ! -w "$root" ]; then
    echo "skipped: only the superuser can delegate a part of cgroup version 2, where that is mounted"
    exit 77
fi

place=$(mktemp -d)
tree=$root/delegated-$$
trap 'echo $$ >"$root/cgroup.procs"; rmdir -- "$tree/caller" "$tree"; rm -rf -- "$place"' EXIT
chmod 755 "$place"
cp -- "$program" "$place/program"
cp -- "$library" "$place/libspaces.so.1"
mkdir "$tree" "$tree/caller"
chown "$user" "$tree" "$tree/caller" "$tree"/{,caller/}{cgroup.procs,cgroup.subtree_control,cgroup.threads}
echo $$ >"$tree/caller/cgroup.procs"
cd "$place"
setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- \
    env LD_LIBRARY_PATH="$place" ./program "$@"
