# For arm64 with Debian's cross compiler (g++-aarch64-linux-gnu); programs run under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

# What the cross compiler's packages do not have: see foreign-packages.sh.
set(SPACES_FOREIGN_ROOT ${CMAKE_CURRENT_LIST_DIR}/../build/arm64-root)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L /usr/aarch64-linux-gnu
  -E LD_LIBRARY_PATH=${SPACES_FOREIGN_ROOT}/usr/lib/aarch64-linux-gnu)
set(CMAKE_EXE_LINKER_FLAGS_INIT -Wl,-rpath-link,${SPACES_FOREIGN_ROOT}/usr/lib/aarch64-linux-gnu)

# Programs come from this machine; headers and packages from the cross compiler's own directories, and what
# is the same for every architecture (a header-only library) from /usr.
set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu ${SPACES_FOREIGN_ROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
