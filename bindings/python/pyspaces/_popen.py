"""Popen: what a process object of multiprocessing is started, watched and signalled by, on libspaces."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import warnings
from multiprocessing import connection, popen_fork, util
from typing import TYPE_CHECKING, Any

from . import _spaces, _stdio, result
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
                self.process = self._start(process_obj, launch.spec, launch.is_program)
                self.pid = self.process.pid()
                self.sentinel = self.process.pidfd()
                self._take_streams(process_obj)
        finally:
            launch.close()

    def _start(
        self, process_obj: Container, spec: _spaces.spaces_spec, is_program: bool, before: Any = None
    ) -> _spaces.spaces_process:
        """Start the program or fork the callable; `before` runs first in a forked process."""
        if is_program:
            return _spaces.spaces_spawn(spec)

        _warn_of_threads()
        # The child can tell that this process has ended by the end of this pipe: parent_process().sentinel.
        parent_sentinel, held = os.pipe()

        def child() -> int:
            os.close(held)
            if before is not None:
                before()
            return process_obj._run_in_container(parent_sentinel)

        try:
            process = _spaces.spaces_fork(spec, child)
        except BaseException:
            os.close(held)
            raise
        finally:
            os.close(parent_sentinel)
        self.finalizer = util.Finalize(self, os.close, (held,))
        return process

    def _launch_daemon(self, process_obj: Container, spec: _spaces.spaces_spec, is_program: bool) -> None:
        """Start it in a process between that ends at once, so that it is nobody's child any more.

        That process forks before the namespaces are made, since a pid namespace ends with its first process.
        """
        receiver, sender = connection.Pipe(duplex=False)
        with receiver, sender:
            between = os.fork()
            if between == 0:
                try:
                    receiver.close()
                    outcome: int | Exception
                    try:
                        outcome = self._start(process_obj, spec, is_program, before=sender.close).pid()
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
        self.sentinel, ended = os.pipe()
        os.write(ended, b"\0")
        os.close(ended)
        self.finalizer = util.Finalize(self, os.close, (self.sentinel,))

    def _take_streams(self, process_obj: Container) -> None:
        assert self.process is not None
        for stream, name in enumerate(_stdio.NAMES):
            if _stdio.is_pipe(process_obj.kwargs[name]):
                setattr(process_obj, name, _stdio.take_pipe(self.process, stream))
        if process_obj.kwargs["terminal"]:
            process_obj.terminal = _stdio.take_terminal(self.process)

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        if self.returncode is None and _readable(self.sentinel, block=not flag & os.WNOHANG):
            self._collect()
        return self.returncode

    def _collect(self) -> None:
        assert self.process is not None
        try:
            ended = result.from_library(self.process.wait(0))
        except Error as error:
            if error.code != _spaces.SPACES_ESTATE:
                raise
            # Something else has reaped our child. multiprocessing would wait for ever; asyncio says this:
            warnings.warn(f"{error}: exit code 255 will be reported", RuntimeWarning, stacklevel=2)
            self.returncode = 255
            return
        self.result = ended
        self.returncode = -ended.signal if ended.signal else ended.exit_code

    def _send_signal(self, sig: int) -> None:
        if self.returncode is None and self.process is not None:
            self.process.kill(sig)

    def interrupt(self) -> None:
        self._send_signal(signal.SIGINT)

    def close(self) -> None:
        super().close()
        self.process = None


def _readable(fd: int, block: bool) -> bool:
    # Waiting is done here and not in the library, so that signal handlers of Python run meanwhile.
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(None if block else 0))


def _warn_of_threads() -> None:
    """As os.fork() does since Python 3.12."""
    if sys.version_info < (3, 12) or len(os.listdir("/proc/self/task")) < 2:
        return
    warnings.warn(
        f"This process (pid={os.getpid()}) is multi-threaded, use of a callable in a container may lead to "
        "deadlocks in the child. A program (argv=) is started without fork().",
        DeprecationWarning,
        stacklevel=7,
    )
