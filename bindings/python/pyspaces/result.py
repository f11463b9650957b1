"""How a container ended."""

from __future__ import annotations

import signal
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


def in_words(result: Result) -> str:
    """How the process ended, to follow its name: "was ended by signal 9 (SIGKILL) …"."""
    if result.cause == "exited":
        return f"exited with code {result.exit_code}"
    ways = {
        "time-limit": "was ended by its time limit",
        "killed": "was killed by this process",
        "seccomp": "made a system call that its filter forbids",
    }
    way = ways.get(result.cause, "was ended")
    name = _signal_name(result.signal)
    words = f"{way} by signal {result.signal} ({name})" if result.signal else way
    if result.cause == "signaled" and result.signal == signal.SIGKILL:
        words += ", as by the kernel where memory is short, or RLIMIT_CPU is reached"
    return words


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "a real-time signal"
