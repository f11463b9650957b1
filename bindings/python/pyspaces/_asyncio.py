"""Programs in namespaces of their own, with the interface of asyncio's subprocesses."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
from asyncio import base_subprocess
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, Any

from . import _control, _spaces, _stdio
from ._program import Popen
from .options import StrPath
from .result import Result

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .options import ProgramOptions

_LIMIT = 2**16  # bytes that a StreamReader holds, as in asyncio
_REAPING = 5.0  # seconds; what SIGKILL has been sent to ends in a few milliseconds

# What these functions are about, or what would need text streams, which asyncio does not have.
_FIXED: dict[str, Any] = {
    "shell": False,
    "bufsize": 0,
    "universal_newlines": False,
    "text": None,
    "encoding": None,
    "errors": None,
}


class Process(asyncio.subprocess.Process, _control.Controls):
    """A program that create_subprocess_exec() has started: an asyncio.subprocess.Process.

    Signals go to the program itself, also where it has an init, whose ``pid`` this is then.
    """

    _popen: Popen[bytes]

    @property
    def result(self) -> Result | None:
        """How it ended and what it took; None as long as returncode is."""
        return None if self.returncode is None else self._popen.result

    @property
    def terminal(self) -> io.FileIO | None:
        """The caller's side of the pseudoterminal, with terminal=True; the caller closes it."""
        return self._popen.terminal

    def kill_all(self) -> None:
        """Kill everything in the program's pid namespace; without one of its own, only the program."""
        self._popen.kill_all()

    def _handle(self) -> _spaces.spaces_process:
        return self._popen._handle()

    def _ended(self) -> Result | None:
        return self._popen._ended()


async def create_subprocess_exec(
    program: StrPath,
    *args: StrPath,
    limit: int = _LIMIT,
    **options: Unpack[ProgramOptions],
) -> Process:
    """Start a program, as asyncio.create_subprocess_exec(); the keyword arguments are those of Popen.

    The start itself blocks for about a millisecond. The end is told to the running loop by a pidfd: there is
    no child watcher and no thread, and it works in the loop of any thread. If the task is cancelled before
    this function has returned, nothing is left of the process; later the process lives on, as asyncio's do.
    """
    return await _create([program, *args], False, limit, options)


async def create_subprocess_shell(
    cmd: str | bytes, *, limit: int = _LIMIT, **options: Unpack[ProgramOptions]
) -> Process:
    """Start a command in a shell, as asyncio.create_subprocess_shell(); else as create_subprocess_exec()."""
    if not isinstance(cmd, (str, bytes)):
        raise ValueError(f"cmd={cmd!r}: a string is needed")
    return await _create(cmd, True, limit, options)


async def _create(args: Any, shell: bool, limit: int, options: Any) -> Process:
    for name, only in _FIXED.items():
        if options.get(name, only) != only:
            raise ValueError(f"{name}={options[name]!r}: only {only!r} is possible here")
        options.pop(name, None)
    loop = asyncio.get_running_loop()
    protocol = asyncio.subprocess.SubprocessStreamProtocol(limit=limit, loop=loop)
    waiter = loop.create_future()
    stdin, stdout, stderr = (options.pop(name, None) for name in _stdio.NAMES)
    transport = _Transport(loop, protocol, args, shell, stdin, stdout, stderr, 0, waiter=waiter, **options)
    try:
        await waiter
    except (SystemExit, KeyboardInterrupt):
        raise  # which end the loop
    except BaseException:
        transport.close()
        await transport._wait()
        raise
    process = Process(transport, protocol, loop)
    process._popen = transport.get_extra_info("subprocess")
    return process


class _Transport(base_subprocess.BaseSubprocessTransport):
    """asyncio's transport, of a Popen of ours."""

    _pidfd = -1  # a duplicate: the loop must know it until it is told otherwise

    def _start(
        self, args: Any, shell: bool, stdin: Any, stdout: Any, stderr: Any, bufsize: int, **options: Any
    ) -> None:
        options.update(shell=shell, stdin=stdin, stdout=stdout, stderr=stderr, bufsize=bufsize)
        self._proc: Any = Popen(args, **options)
        self._pidfd = self._proc._duplicate_pidfd()
        self._loop.add_reader(self._pidfd, self._has_ended)

    def _has_ended(self) -> None:
        self._loop.remove_reader(self._pidfd)
        self._close_pidfd()
        self._process_exited(self._proc.wait())

    def _close_pidfd(self) -> None:
        fd, self._pidfd = self._pidfd, -1
        if fd >= 0:
            os.close(fd)

    def __del__(self) -> None:
        try:
            super().__del__()
        finally:
            self.close()  # also where the warning that it was not closed is an error

    def send_signal(self, signal: int) -> None:
        self._check_proc()
        self._proc.send_signal(signal)

    def close(self) -> None:
        """Close the pipes, and kill the program if it runs."""
        if self._loop is None or not self._loop.is_closed():
            super().close()  # and _has_ended() reaps it
            return
        if self._closed:
            return
        # Nobody will be told of its end any more, nor could a transport be closed through the loop.
        self._closed = True
        self._close_pidfd()
        for file in (self._proc.stdin, self._proc.stdout, self._proc.stderr):
            if file is not None:
                file.close()
        self._proc.kill()
        with contextlib.suppress(TimeoutExpired):
            self._proc.wait(_REAPING)
