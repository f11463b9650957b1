"""Popen: what a process object of multiprocessing is started, watched and signalled by, on libspaces."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import sys
import warnings
from collections.abc import Callable
from multiprocessing import connection, popen_fork, util
from typing import TYPE_CHECKING

from . import _control, _ending, _spaces, _stdio, result
from .errors import Error

if TYPE_CHECKING:
    from .container import Container


class Popen(popen_fork.Popen):
    """One started container.

    Its sentinel is the pidfd of libspaces: it tells the end of the process itself, whatever descriptors the
    process has closed or passed on, and every event loop can wait for it.
    """

    method = "fork"
    pid: int
    sentinel: int
    returncode: int | None
    process: _spaces.spaces_process | None = None
    result: result.Result | None = None

    def _launch(self, process_obj: Container) -> None:
        launch = process_obj._prepare()
        try:
            if process_obj.kwargs["daemonize"]:
                self._launch_daemon(process_obj, launch.spec, launch.is_program)
            else:
                with _ending.ended_on_error() as started:
                    self._start(process_obj, launch.spec, launch.is_program, started)
                    self._adopt(started[0])
                    self._take_streams(process_obj)
        finally:
            launch.close()

    def _start(
        self,
        process_obj: Container,
        spec: _spaces.spaces_spec,
        is_program: bool,
        started: list[_spaces.spaces_process],
        before: Callable[[], None] | None = None,
    ) -> None:
        """Start the program or fork the callable; `before` runs first in a forked process."""
        if is_program:
            started.extend(map(_spaces.spaces_spawn, (spec,)))
            return
        start = self._begin_fork(process_obj._run_in_container, spec, before)
        try:
            finish(start, started)
        except BaseException:
            self.close()
            raise

    def _begin_fork(
        self,
        run: Callable[[int], int],
        spec: _spaces.spaces_spec,
        before: Callable[[], None] | None = None,
    ) -> _spaces.spaces_start:
        """Fork and call `run` with the descriptor that tells the end of this process."""
        _warn_of_threads()
        # The child can tell by this pipe that this process has ended: parent_process().sentinel.
        parent_sentinel, held = _stdio.pipe()
        self.finalizer = util.Finalize(self, os.close, (held,))

        pid = os.getpid()

        def child() -> int:
            os.close(held)
            if before is not None:
                before()
            if os.getpid() == pid:
                _renew_heap()
            return with_exit_handlers(run, parent_sentinel)

        try:
            return _spaces.spaces_fork_begin(spec, child)
        except BaseException:
            self.finalizer()
            raise
        finally:
            os.close(parent_sentinel)

    def _launch_daemon(self, process_obj: Container, spec: _spaces.spaces_spec, is_program: bool) -> None:
        """Start it in a process between that ends at once, so that it is nobody's child any more.

        That process forks before the namespaces are made, since a pid namespace ends with its first process.
        """
        reader, writer = _stdio.pipe()
        receiver = connection.Connection(reader, writable=False)
        sender = connection.Connection(writer, readable=False)
        with receiver, sender:
            between = os.fork()
            if between == 0:
                try:
                    receiver.close()
                    outcome: int | Exception
                    try:
                        started: list[_spaces.spaces_process] = []
                        self._start(process_obj, spec, is_program, started, before=sender.close)
                        outcome = started[0].pid()
                    except Exception as error:
                        outcome = error
                    sender.send(outcome)
                finally:
                    os._exit(0)
            sender.close()
            try:
                outcome = receiver.recv()
            except EOFError:
                outcome = ChildProcessError("the process that was to start the daemon has died")
            with contextlib.suppress(ChildProcessError):  # where SIGCHLD is ignored, it is reaped already
                os.waitpid(between, 0)
        if isinstance(outcome, Exception):
            raise outcome
        self.pid = outcome
        # To whoever waits, it has ended well.
        self.returncode = 0
        self.sentinel, ended = _stdio.pipe()
        os.write(ended, b"\0")
        os.close(ended)
        self.finalizer = util.Finalize(self, os.close, (self.sentinel,))

    def _adopt(self, started: _spaces.spaces_process) -> None:
        self.process = started
        self.pid = started.pid()
        self.sentinel = started.pidfd()

    def _take_streams(self, process_obj: Container) -> None:
        assert self.process is not None
        for stream, name in enumerate(_stdio.NAMES):
            if _stdio.is_pipe(process_obj.kwargs[name]):
                setattr(process_obj, name, _stdio.take_pipe(self.process, stream))
        if process_obj.kwargs["terminal"]:
            process_obj.terminal = _stdio.take_terminal(self.process)

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        # Another thread may close this object meanwhile: what is waited for is kept alive until the end.
        process = self.process
        if self.returncode is None and process is not None:
            if not readable(process.pidfd(), block=not flag & os.WNOHANG):
                return None
            self._collect(process)
        return self.returncode

    def _collect(self, process: _spaces.spaces_process) -> None:
        try:
            ended = result.from_library(process.wait(0))
        except Error as error:
            if error.code != _spaces.SPACES_ESTATE:
                raise
            # Something else has reaped our child. multiprocessing would wait for ever; asyncio says this:
            warnings.warn(f"{error}: exit code 255 will be reported", RuntimeWarning, stacklevel=2)
            self.returncode = 255
            return
        self.result = ended
        self.returncode = result.returncode(ended)

    def _send_signal(self, sig: int) -> None:
        process = self.process
        if self.returncode is not None or process is None:
            return
        process.kill(sig)

    def interrupt(self) -> None:
        self._send_signal(signal.SIGINT)

    def kill_all(self) -> None:
        """Kill everything in the pid namespace of the process."""
        process = self.process
        if process is not None and self.returncode is None:
            process.kill_all()

    def _handle(self) -> _spaces.spaces_process:
        process = self.process
        if self.poll() is not None or process is None:
            raise _control.has_ended(self.pid)
        return process

    def close(self) -> None:
        super().close()
        self.process = None


def finish(start: _spaces.spaces_start, started: list[_spaces.spaces_process], timeout_ms: int = -1) -> None:
    """Wait until the process runs, and put it into `started`; nothing, where it does not after this time."""
    started.extend(filter(None, map(start.wait, (timeout_ms,))))


def with_exit_handlers(run: Callable[[int], int], parent_sentinel: int) -> int:
    """Since Python 3.13, _bootstrap() leaves it to its caller to run multiprocessing's own exit handler."""
    if sys.version_info < (3, 13):
        return run(parent_sentinel)
    atexit._clear()
    atexit.register(util._exit_function)  # type: ignore[attr-defined,unused-ignore]
    try:
        return run(parent_sentinel)
    finally:
        atexit._run_exitfuncs()


def _renew_heap() -> None:
    """Have the child of a process of the same pid, in another pid namespace, share no blocks with it.

    multiprocessing tells by the pid alone that its heap of shared memory is another process'.
    """
    heap = sys.modules.get("multiprocessing.heap")
    if heap is not None:
        heap.BufferWrapper._heap = heap.Heap()


def readable(fd: int, block: bool) -> bool:
    # Waiting is done here and not in the library, so that signal handlers of Python run meanwhile.
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(None if block else 0))


def _warn_of_threads() -> None:
    """As os.fork() does since Python 3.12."""
    if sys.version_info >= (3, 12) and len(os.listdir("/proc/self/task")) > 1:
        warnings.warn(
            f"This process (pid={os.getpid()}) is multi-threaded, use of a callable in a container may lead "
            "to deadlocks in the child. A program (argv=) needs no fork(), nor does another start method.",
            DeprecationWarning,
            skip_file_prefixes=(os.path.dirname(__file__), os.path.dirname(util.__file__)),
        )
