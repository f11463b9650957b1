"""How a container ended."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from typing import NamedTuple

from . import _spaces


class Result(NamedTuple):
    """More than an exit code: why the container ended, and what it took."""

    cause: str
    """"exited", "signaled", "time-limit", "killed" (by this process), "seccomp" or "out-of-memory"."""
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
    oom_kills: int = 0
    """How many processes of its control group were killed because its memory limit was reached."""
    system_call: str = ""
    """The first system call that its seccomp filter has refused by the end of a process, with
    seccomp_report=True."""
    degraded: tuple[str, ...] = ()
    """What was asked for and could not be had, where that was allowed."""
    statistics: Mapping[str, int] = {}
    """What its control group has counted, by the keys of stats(); nothing without one of its own."""


def returncode(result: Result) -> int:
    """As subprocess and multiprocessing count: the exit status, or minus the signal."""
    return -result.signal if result.signal else result.exit_code


def from_library(result: _spaces.spaces_result) -> Result:
    rest = json.loads(result.to_json())
    return Result(
        cause=result.cause(),
        exit_code=result.exit_code(),
        signal=result.signal(),
        core_dumped=bool(result.core_dumped()),
        user_time=result.user_time() / 1e6,
        system_time=result.system_time() / 1e6,
        peak_memory=result.peak_memory(),
        oom_kills=result.oom_kills(),
        system_call=result.system_call(),
        degraded=tuple(rest.get("degraded", ())),
        statistics=rest.get("statistics", {}),
    )


def in_words(result: Result) -> str:
    """How the process ended, to follow its name: "was ended by signal 9 (SIGKILL) …"."""
    if result.cause == "exited":
        return f"exited with code {result.exit_code}"
    ways = {
        "time-limit": "was ended by its time limit",
        "killed": "was killed by this process",
        "seccomp": f"made a system call that its filter forbids{_named(result)}, and was ended",
        "out-of-memory": "had no memory left in its control group, and was ended",
    }
    way = ways.get(result.cause, "was ended")
    name = _signal_name(result.signal)
    words = f"{way} by signal {result.signal} ({name})" if result.signal else way
    if result.cause == "signaled" and result.signal == signal.SIGKILL:
        words += ", as by the kernel where memory is short, or RLIMIT_CPU is reached"
    return words


def _named(result: Result) -> str:
    return f" ({result.system_call})" if result.system_call else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "a real-time signal"
