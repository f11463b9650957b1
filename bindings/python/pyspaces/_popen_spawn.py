"""Popen for isolated processes that run a fresh interpreter, started through libspaces' stage."""

from __future__ import annotations

import os
from multiprocessing import popen_spawn_posix, spawn, util
from multiprocessing.process import BaseProcess

from . import _ending, _popen, _preparation, _spaces, _stdio
from ._isolation import Isolation


class Popen(_popen.Popen):
    """One started process.

    This process is not forked, whatever its threads do, and a start takes as long in a large one as in a
    small one. What the new process gets of ours is pickled, and the descriptors that the pickle names.
    """

    method = "spawn"
    DupFd = popen_spawn_posix.Popen.DupFd

    def __init__(self, process_obj: BaseProcess, isolation: Isolation, executable: str | bytes) -> None:
        self._isolation = isolation
        self._executable = executable
        self._fds: list[int] = []
        super().__init__(process_obj)

    def duplicate_for_child(self, fd: int) -> int:
        self._fds.append(fd)
        return fd

    def _launch(self, process_obj: BaseProcess) -> None:
        tracker = _preparation.tracker()
        data = _preparation.dump(self, process_obj, self._isolation)
        reader, writer = _stdio.pipe()
        # The end of this pipe tells the process of our end: it stays open until close().
        self.finalizer = util.Finalize(self, os.close, (writer,))
        try:
            command = spawn.get_command_line(tracker_fd=tracker, pipe_handle=reader)
            launch = self._isolation.for_program(
                [self._executable, *command[1:]], [*self._fds, tracker, reader]
            )
            try:
                with _ending.ended_on_error() as started:
                    started.extend(map(_spaces.spaces_spawn, (launch.spec,)))
                    self._adopt(started[0])
            finally:
                launch.close()
                del launch  # its Spec has duplicates of the descriptors, and a traceback would keep it
        except BaseException:
            self.finalizer()
            raise
        finally:
            os.close(reader)
        _preparation.write(writer, data)
