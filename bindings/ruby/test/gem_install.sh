#!/bin/bash
# gem_install.sh RUBY LIBDIR GEM_HOME: `gem` builds the gem, without SWIG, against the libspaces installed in
# LIBDIR, and it works by itself then.
set -euo pipefail
ruby=$1 libdir=$2 home=$3
source=$(dirname -- "$(readlink -f -- "$0")")/..

rm -rf -- "$home"
mkdir -p "$home"
gem=$home/spaces.gem
"$ruby" -S gem build --silent --strict -C "$source" --output "$gem" spaces.gemspec
export GEM_HOME=$home GEM_PATH=$home PKG_CONFIG_PATH=$libdir/pkgconfig
"$ruby" -S gem install --silent --local --no-document "$gem"

cd /
unset PKG_CONFIG_PATH RUBYLIB LD_LIBRARY_PATH
"$ruby" -w - <<'PROGRAM'
require "spaces"

loaded = $LOADED_FEATURES.grep(/spaces/)
abort "loaded from elsewhere: #{loaded}" unless loaded.all? { |file| file.start_with?(ENV.fetch("GEM_HOME")) }
out, = Spaces.capture("id", "-u", user: true)
abort "id -u says #{out}" unless out == "0\n"
value = Spaces::Container.run(user: true, pid: true) { [Process.uid, Process.pid] }
abort "the block says #{value}" unless value == [0, 2]
puts "gem installed spaces #{Spaces::VERSION} on libspaces #{Spaces.library_version}"
PROGRAM
