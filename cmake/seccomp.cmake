# libseccomp: the compiler of seccomp filters.
add_library(spaces-seccomp INTERFACE)
if(CMAKE_CROSSCOMPILING)
  # ./dev arm64 has unpacked Debian's packages where the toolchain file says.
  find_path(SECCOMP_INCLUDE_DIR seccomp.h REQUIRED)
  find_library(SECCOMP_LIBRARY seccomp REQUIRED)
  target_include_directories(spaces-seccomp SYSTEM INTERFACE ${SECCOMP_INCLUDE_DIR})
  target_link_libraries(spaces-seccomp INTERFACE ${SECCOMP_LIBRARY})
else()
  # By its name and not by a path, so that what is linked statically gets the archive and all else the shared library.
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(SECCOMP REQUIRED libseccomp>=2.5)
  target_include_directories(spaces-seccomp SYSTEM INTERFACE ${SECCOMP_INCLUDE_DIRS})
  target_link_directories(spaces-seccomp INTERFACE ${SECCOMP_LIBRARY_DIRS})
  target_link_libraries(spaces-seccomp INTERFACE ${SECCOMP_LIBRARIES})
endif()
