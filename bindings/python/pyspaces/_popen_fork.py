"""Popen for isolated processes that are forked from this one, as Container's are."""

from __future__ import annotations

from multiprocessing.process import BaseProcess

from . import _popen
from ._isolation import Isolation


class Popen(_popen.Popen):
    """One started process."""

    def __init__(self, process_obj: BaseProcess, isolation: Isolation) -> None:
        self._isolation = isolation
        super().__init__(process_obj)

    def _launch(self, process_obj: BaseProcess) -> None:
        def run(parent_sentinel: int) -> int:
            self._isolation.enter()
            return int(process_obj._bootstrap(parent_sentinel))  # type: ignore[attr-defined]

        launch = self._isolation.for_callable()
        try:
            self._adopt(self._fork(run, launch.spec))
        finally:
            launch.close()
