#!/bin/bash
# Run a command as an ordinary user to whom a part of cgroup version 2 is delegated, as systemd does it:
# delegated.sh USER COMMAND [ARGUMENT...]
set -euo pipefail
user=$1
shift
root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
tree=$root/delegated-$$
mkdir "$tree" "$tree/caller"
trap 'echo $$ >"$root/cgroup.procs"; rmdir "$tree/caller" "$tree"' EXIT
chown "$user" "$tree" "$tree/caller" "$tree"/{,caller/}{cgroup.procs,cgroup.subtree_control,cgroup.threads}
echo $$ >"$tree/caller/cgroup.procs"
setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
