#!/bin/sh
script="echo process \$\$ of user \$(id -u) on \$(uname -n); exit 3"
space execute --all --hostname box -- sh -c "$script"
echo "exit status $?"
