# The distribution's Python, which has the headers and modules that its packages installed, rather than one
# that a version manager put first in the PATH. A virtual environment or -DPython_EXECUTABLE=… is obeyed.
if(NOT DEFINED Python_EXECUTABLE AND NOT DEFINED ENV{VIRTUAL_ENV} AND EXISTS /usr/bin/python3)
  set(Python_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "The Python to build and test with")
endif()
