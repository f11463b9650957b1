# spaces_warnings(TARGET): the warnings that every target of ours is compiled with.
function(spaces_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow
    $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wold-style-cast -Wnon-virtual-dtor>
    $<$<BOOL:${SPACES_WERROR}>:-Werror>)
endfunction()
