# SPACES_SANITIZE: build everything with a sanitizer of the compiler ("address,undefined", "thread").
set(SPACES_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

# A target with the property SPACES_FREESTANDING has no libc and so no room for a sanitizer's runtime.
if(SPACES_SANITIZE)
  set(instrumented $<NOT:$<BOOL:$<TARGET_PROPERTY:SPACES_FREESTANDING>>>)
  add_compile_options($<${instrumented}:-fsanitize=${SPACES_SANITIZE}> $<${instrumented}:-fno-omit-frame-pointer>)
  add_link_options($<${instrumented}:-fsanitize=${SPACES_SANITIZE}>)
  unset(instrumented)
endif()
