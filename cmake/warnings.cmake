# spaces_warnings(TARGET): the warnings that every target of ours is compiled with.
function(spaces_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow
    $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wold-style-cast -Wnon-virtual-dtor>
    $<$<BOOL:${SPACES_WERROR}>:-Werror>)
  if(SPACES_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 sees uninitialized memory in the standard library's own code once a sanitizer is in it.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
endfunction()
