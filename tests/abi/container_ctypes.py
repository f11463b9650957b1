"""A program of a user of libspaces without any binding: ctypes on the installed shared library."""

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_uint32, c_void_p

NAMESPACE_MOUNT = 0x00020000
NAMESPACE_USER = 0x10000000
NAMESPACE_PID = 0x20000000

spaces = ctypes.CDLL(sys.argv[1])


def call(name, *arguments):
    """Call a function that takes a `spaces_error **` last, and raise what it reports."""
    error = c_void_p()
    if getattr(spaces, name)(*arguments, byref(error)) != 0:
        spaces.spaces_error_message.restype = c_char_p
        raise OSError(spaces.spaces_error_errno(error), spaces.spaces_error_message(error).decode())


spec, process, result = c_void_p(), c_void_p(), c_void_p()
argv = (c_char_p * 4)(b"sh", b"-c", b"test $$ = 1 && exit 42", None)

call("spaces_spec_new", byref(spec))
call("spaces_spec_set_args", spec, ctypes.cast(argv, POINTER(c_char_p)))
call("spaces_spec_unshare", spec, c_uint32(NAMESPACE_USER | NAMESPACE_PID | NAMESPACE_MOUNT))
call("spaces_spec_set_init", spec, c_int(0))
call("spaces_spawn", spec, byref(process))
call("spaces_process_wait", process, c_int(-1), byref(result))
status = spaces.spaces_result_exit_code(result)
print("status", status)

spaces.spaces_result_free(result)
spaces.spaces_process_free(process)
spaces.spaces_spec_free(spec)
sys.exit(0 if status == 42 else 1)
