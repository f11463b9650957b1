"""Standard streams: what people may give for stdin, stdout and stderr, and how a Spec is told."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
from typing import IO, Any

from . import _check, _spaces

NAMES = ("stdin", "stdout", "stderr")


def is_given(value: Any) -> bool:
    return value is not None and value is not False


def is_pipe(value: Any) -> bool:
    return value is not True and isinstance(value, int) and value == subprocess.PIPE


def is_merge(stream: int, value: Any) -> bool:
    return stream == 2 and value is not True and isinstance(value, int) and value == subprocess.STDOUT


def set_stream(spec: _spaces.spaces_spec, stream: int, value: Any) -> None:
    """Have libspaces connect the stream to `value`."""
    if not is_given(value):
        return
    if isinstance(value, (str, bytes, os.PathLike)):
        spec.set_stdio_file(stream, value, False)
    elif value == subprocess.DEVNULL:
        spec.set_stdio(stream, _spaces.SPACES_STDIO_NULL)
    elif value == subprocess.PIPE:
        spec.set_stdio(stream, _spaces.SPACES_STDIO_PIPE)
    elif value == subprocess.STDOUT:
        if not is_merge(stream, value):
            raise ValueError(f"{NAMES[stream]}=subprocess.STDOUT: only stderr can be merged into stdout")
        spec.set_stdio(stream, _spaces.SPACES_STDIO_STDOUT)
    else:
        spec.set_stdio_fd(stream, descriptor(value, NAMES[stream]))


def descriptor(value: Any, name: str) -> int:
    """The descriptor of an open file or an int that is one."""
    number: Any = value if isinstance(value, int) else value.fileno() if hasattr(value, "fileno") else None
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{name} must be a path, a descriptor or an open file, not {type(value).__name__}")
    if not 0 <= number <= _check.INT_MAX:
        raise ValueError(f"{name}={number} is not a descriptor")
    return number


def above_streams(fd: int) -> int:
    """The descriptor `fd` under a number that is no standard stream's, also where those are closed here."""
    if fd > 2:
        return fd
    try:
        return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
    finally:
        os.close(fd)


def pipe() -> tuple[int, int]:
    """A pipe that is in the way of no standard stream."""
    reader, writer = os.pipe()
    return above_streams(reader), above_streams(writer)


def open_stream(stream: int, value: Any) -> int:
    """A descriptor for `value`, opened in this process: for streams that are changed in Python.

    It is none of the standard streams, which it is to replace.
    """
    if not isinstance(value, (str, bytes, os.PathLike)) and value != subprocess.DEVNULL:
        return fcntl.fcntl(descriptor(value, NAMES[stream]), fcntl.F_DUPFD_CLOEXEC, 3)
    path = os.devnull if isinstance(value, int) else value
    flags = os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return above_streams(os.open(path, flags | os.O_CLOEXEC | os.O_NOCTTY, 0o666))


def rebind(stream: int) -> None:
    """Make sys.stdin, sys.stdout or sys.stderr the text file of its descriptor, if it is none yet."""
    current = getattr(sys, NAMES[stream])
    try:
        if current is not None and current.fileno() == stream:
            return
    except (OSError, ValueError):
        pass  # a closed file, or one without a descriptor such as io.StringIO
    file = open(  # noqa: SIM115
        stream,
        "r" if stream == 0 else "w",
        encoding=getattr(current, "encoding", None),
        errors=getattr(current, "errors", None),
        closefd=False,
    )
    if stream == 2:
        file.reconfigure(line_buffering=True)
    setattr(sys, NAMES[stream], file)


def take_pipe(process: _spaces.spaces_process, stream: int) -> IO[bytes]:
    """The caller's end of a pipe as a binary file, buffered as subprocess' are."""
    return open(process.take_fd(stream), "wb" if stream == 0 else "rb")


def take_terminal(process: _spaces.spaces_process) -> io.FileIO:
    """The caller's side of the pseudoterminal."""
    return io.FileIO(process.take_fd(_spaces.SPACES_TERMINAL), "r+")
