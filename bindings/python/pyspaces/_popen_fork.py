"""Popen for isolated processes that are forked from this one, as Container's are."""

from __future__ import annotations

from multiprocessing.process import BaseProcess

from . import _popen, _spaces
from ._isolation import Isolation
from .container import Launch


class Popen(_popen.Popen):
    """One process: started, or with a `launch` for several on its way until finish_start() has waited."""

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
            started = start.wait(timeout_ms)
        except BaseException:
            self.abandon_start()
            raise
        if started is None:
            return False
        self._adopt(started)
        self._pending = None
        return True

    def abandon_start(self) -> None:
        """End a process that is on its way."""
        if self._pending is not None:
            self._pending = None
            self.close()
