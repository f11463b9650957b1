"""How a container ended."""

from __future__ import annotations

from typing import NamedTuple

from . import _spaces


class Result(NamedTuple):
    """More than an exit code: why the container ended, and what it took."""

    cause: str
    """"exited", "signaled", "time-limit", "killed" (by this process) or "seccomp"."""
    exit_code: int
    """The exit status, or -1 where a signal ended it."""
    signal: int
    """The signal that ended it, or 0."""
    core_dumped: bool
    user_time: float
    """Seconds of CPU time, with the children that were waited for."""
    system_time: float
    peak_memory: int
    """The largest resident set in bytes, or 0 where it is not known."""


def returncode(result: Result) -> int:
    """As subprocess and multiprocessing count: the exit status, or minus the signal."""
    return -result.signal if result.signal else result.exit_code


def from_library(result: _spaces.spaces_result) -> Result:
    return Result(
        cause=result.cause(),
        exit_code=result.exit_code(),
        signal=result.signal(),
        core_dumped=bool(result.core_dumped()),
        user_time=result.user_time() / 1e6,
        system_time=result.system_time() / 1e6,
        peak_memory=result.peak_memory(),
    )
