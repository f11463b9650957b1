# SPACES_SANITIZE: build everything with a sanitizer of the compiler ("address,undefined", "thread"), but for
# the stage, which has no libc that could hold a sanitizer's runtime and says so itself.
set(SPACES_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

if(SPACES_SANITIZE)
  add_compile_options(-fsanitize=${SPACES_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SPACES_SANITIZE})
endif()
