# frozen_string_literal: true

# Makes the Makefile of the raw module, which needs an installed libspaces and its header files.
#
# --disable-spaces-rpath: do not note in the module where libspaces was found, if that is not where the
# dynamic linker looks.
require "mkmf"

unless pkg_config("spaces") || have_library("spaces", "spaces_version", "spaces/spaces.h")
  abort <<~CURE
    spaces: libspaces is missing, or its header files are.
    On Debian and Ubuntu: apt install libspaces-dev pkg-config
    From its source tree: ./dev install
    Below a directory of its own: PKG_CONFIG_PATH=PREFIX/lib/pkgconfig gem install spaces
  CURE
end
abort "spaces: <spaces/spaces.h> cannot be compiled, mkmf.log says why" unless have_header("spaces/spaces.h")

if enable_config("spaces-rpath", true)
  # pkg-config leaves out the directories where the dynamic linker looks. (What Ruby itself was configured
  # with, such as --disable-rpath, mkmf would take for ours.)
  directories = pkg_config("spaces", "libs-only-L").to_s.split.map { |flag| File.expand_path(flag[2..]) }
  $DLDFLAGS += directories.map { |directory| " -Wl,-rpath,#{directory}" }.join # rubocop:disable Style/GlobalVars
end
# What SWIG generates is not ours to mend.
$warnflags = "-w" # rubocop:disable Style/GlobalVars
create_makefile("spaces/raw")
