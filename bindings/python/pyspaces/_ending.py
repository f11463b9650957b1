"""Ends of processes: waiting for one, and none that is started and then nobody's."""

from __future__ import annotations

import contextlib
import math
import select
import signal
import time
from collections.abc import Iterator

from . import _spaces
from .errors import Error

_DYING = 1.0  # seconds, for what SIGKILL has been sent to: usually a few milliseconds
_LONGEST_POLL = 1e6  # seconds; poll(2) takes no more milliseconds than an int has


@contextlib.contextmanager
def ended_on_error() -> Iterator[list[_spaces.spaces_process]]:
    """A place for a process that is being started: what fails in here, before all know of it, ends it.

    It is to be put there in one instruction, as by ``started.extend(map(start, (argument,)))``, so that no
    exception of a signal handler comes in between.
    """
    started: list[_spaces.spaces_process] = []
    try:
        yield started
    except BaseException:
        for process in started:
            end(process)
        raise


def end(process: _spaces.spaces_process) -> None:
    """Kill it and, unless it takes unusually long to die, reap it."""
    process.kill(signal.SIGKILL)
    if has_ended(process, _DYING):
        with contextlib.suppress(Error):  # where something else has reaped it
            process.wait(0)


def has_ended(process: _spaces.spaces_process, timeout: float | None) -> bool:
    """Wait for the end, at most for so many seconds. Signal handlers of Python run meanwhile."""
    poller = select.poll()
    poller.register(process.pidfd(), select.POLLIN)
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        left = _LONGEST_POLL if end is None else min(max(0.0, end - time.monotonic()), _LONGEST_POLL)
        if poller.poll(math.ceil(left * 1000)):
            return True
        if left < _LONGEST_POLL:
            return False
