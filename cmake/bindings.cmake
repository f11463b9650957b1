# What the packages of other languages take from the build tree.

# How pkg-config would find libspaces if it were installed: PKG_CONFIG_PATH=${SPACES_BUILD_PKGCONFIG}
set(SPACES_BUILD_PKGCONFIG ${PROJECT_BINARY_DIR}/bindings/pkgconfig)
function(spaces_build_pkgconfig)
  set(SPACES_PC_PREFIX ${PROJECT_SOURCE_DIR})
  set(SPACES_PC_LIBDIR $<TARGET_FILE_DIR:spaces>)
  set(SPACES_PC_INCLUDEDIR \${prefix}/include)
  configure_file(pkgconfig/spaces.pc.in ${SPACES_BUILD_PKGCONFIG}/spaces.pc.in @ONLY)
  file(GENERATE OUTPUT ${SPACES_BUILD_PKGCONFIG}/spaces.pc INPUT ${SPACES_BUILD_PKGCONFIG}/spaces.pc.in)
endfunction()
spaces_build_pkgconfig()

# spaces_copy(RESULT FILE...): each file of the present source directory, copied to the same place of the build
# directory when it changes. RESULT becomes the list of the copies.
function(spaces_copy result)
  foreach(file IN LISTS ARGN)
    add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${file}
      COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_CURRENT_BINARY_DIR}/${file}
      DEPENDS ${file} VERBATIM)
    list(APPEND copies ${CMAKE_CURRENT_BINARY_DIR}/${file})
  endforeach()
  set(${result} ${copies} PARENT_SCOPE)
endfunction()
