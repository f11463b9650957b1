"""Popen for isolated processes that are forked from this one, as Container's are."""

from __future__ import annotations

from multiprocessing.process import BaseProcess
from typing import Any

from . import _ending, _popen, _spaces
from ._isolation import Isolation
from .container import Launch


class Popen(_popen.Popen):
    """One process: started, or with a `launch` for several on its way until finish_start() has waited."""

    # As long as it is on its way:
    pid: Any = None
    sentinel = -1
    _pending: _spaces.spaces_start | None = None

    def __init__(self, process_obj: BaseProcess, isolation: Isolation, launch: Launch | None) -> None:
        self._isolation = isolation
        self._shared = launch
        super().__init__(process_obj)

    def _launch(self, process_obj: BaseProcess) -> None:
        def run(parent_sentinel: int) -> int:
            self._isolation.enter()
            return int(process_obj._bootstrap(parent_sentinel))  # type: ignore[attr-defined]

        if self._shared is not None:
            self._pending = self._begin_fork(run, self._shared.spec)
            self._shared = None
            return
        launch = self._isolation.for_callable()
        try:
            self._pending = self._begin_fork(run, launch.spec)
        finally:
            launch.close()
        self.finish_start()

    def finish_start(self, timeout_ms: int = -1) -> bool:
        """Answer what the process asks for on its way, until it runs. False: it does not, after this time."""
        start = self._pending
        if start is None:
            return True
        try:
            with _ending.ended_on_error() as started:
                _popen.finish(start, started, timeout_ms)
                if started:
                    self._adopt(started[0])
                    self._pending = None
        except BaseException:
            self.abandon_start()
            raise
        return self._pending is None

    def abandon_start(self) -> None:
        """End a process that is on its way."""
        self._pending = None
        self.close()
