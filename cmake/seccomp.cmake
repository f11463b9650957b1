# libseccomp: the compiler of seccomp filters. By its name and not by a path, so that what is linked statically gets
# the archive and all else the shared library.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SECCOMP REQUIRED libseccomp>=2.5)
add_library(spaces-seccomp INTERFACE)
target_include_directories(spaces-seccomp SYSTEM INTERFACE ${SECCOMP_INCLUDE_DIRS})
target_link_directories(spaces-seccomp INTERFACE ${SECCOMP_LIBRARY_DIRS})
target_link_libraries(spaces-seccomp INTERFACE ${SECCOMP_LIBRARIES})
