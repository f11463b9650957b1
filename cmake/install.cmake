# What `cmake --install` puts where: library, headers, stage, and how pkg-config and CMake find them.
include(CMakePackageConfigHelpers)

install(TARGETS spaces EXPORT spaces
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
if(SPACES_BUILD_STATIC)
  add_library(spaces-static STATIC $<TARGET_OBJECTS:spaces-core>)
  set_target_properties(spaces-static PROPERTIES OUTPUT_NAME spaces EXPORT_NAME static)
  target_include_directories(spaces-static INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(spaces-static INTERFACE seccomp stdc++ m)
  install(TARGETS spaces-static EXPORT spaces
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endif()
install(DIRECTORY include/spaces TYPE INCLUDE COMPONENT development FILES_MATCHING PATTERN *.h)

# The library starts its embedded stage from a memfd; this file is for hosts where memfds may not run.
install(PROGRAMS $<TARGET_FILE:spaces-stage> DESTINATION ${CMAKE_INSTALL_LIBDIR}/spaces RENAME stage
  COMPONENT runtime)

# pkg-config: directories relative to the file's own place, unless one was given as an absolute path or the
# prefix is the system's, whose directories pkg-config knows to leave out.
foreach(dir LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE ${CMAKE_INSTALL_${dir}})
    set(SPACES_PC_${dir} ${CMAKE_INSTALL_${dir}})
  else()
    set(SPACES_PC_${dir} \${prefix}/${CMAKE_INSTALL_${dir}})
  endif()
endforeach()
file(RELATIVE_PATH to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR} OR CMAKE_INSTALL_PREFIX STREQUAL /usr)
  set(SPACES_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
else()
  string(REGEX REPLACE "/$" "" SPACES_PC_PREFIX \${pcfiledir}/${to_prefix})
endif()
configure_file(pkgconfig/spaces.pc.in pkgconfig/spaces.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pkgconfig/spaces.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)

# CMake: find_package(spaces 1.0) gives spaces::spaces.
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/spaces)
configure_package_config_file(cmake/spaces-config.cmake.in cmake/spaces-config.cmake
  INSTALL_DESTINATION ${cmake_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/cmake/spaces-config-version.cmake
  COMPATIBILITY SameMajorVersion)
install(EXPORT spaces NAMESPACE spaces:: FILE spaces-targets.cmake DESTINATION ${cmake_dir}
  COMPONENT development)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/cmake/spaces-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/cmake/spaces-config-version.cmake
  DESTINATION ${cmake_dir} COMPONENT development)

install(FILES README.md CHANGELOG.md SECURITY.md LICENSE TYPE DOC COMPONENT runtime)
