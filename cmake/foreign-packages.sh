#!/bin/bash
# foreign-packages.sh ARCHITECTURE DIRECTORY PACKAGE...: Debian's packages of another architecture, unpacked into
# DIRECTORY for a cross build. The system is not changed: apt's lists of that architecture are kept there too.
set -euo pipefail

architecture=$1
directory=$(realpath -m -- "$2")
shift 2
if [ "$(cat "$directory/packages" 2>/dev/null)" = "$*" ]; then
    exit
fi
rm -rf -- "$directory"
mkdir -p -- "$directory/apt/lists/partial" "$directory/apt/cache/archives/partial" "$directory/debs"
touch -- "$directory/apt/status"
options=(-qq -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
    -o "Dir::State=$directory/apt" -o "Dir::State::Lists=$directory/apt/lists"
    -o "Dir::State::status=$directory/apt/status" -o "Dir::Cache=$directory/apt/cache"
    -o Acquire::Languages=none -o APT::Sandbox::User=)
apt-get "${options[@]}" update
(cd -- "$directory/debs" && apt-get "${options[@]}" download "$@")
for package in "$directory"/debs/*.deb; do
    dpkg-deb --extract "$package" "$directory"
done
rm -rf -- "$directory/apt" "$directory/debs"
echo "$*" >"$directory/packages"
