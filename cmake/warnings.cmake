# spaces_warnings(TARGET): the warnings that every target of ours is compiled with.
function(spaces_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow
    $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wold-style-cast -Wnon-virtual-dtor>
    # gcc 12 sees uninitialized memory in the standard library's own code once a sanitizer is in it.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${SPACES_SANITIZE}>>:-Wno-maybe-uninitialized>
    $<$<BOOL:${SPACES_WERROR}>:-Werror>)
endfunction()
