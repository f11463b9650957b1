"""Popen for isolated processes that a fork server forks, and the fork servers of this process."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import socket
import threading
from collections.abc import Sequence
from multiprocessing import connection, popen_fork, popen_forkserver, util
from multiprocessing.process import BaseProcess
from typing import Any, cast

from . import _control, _forkserver, _preparation, _spaces, _stdio, result
from ._isolation import Isolation

Key = tuple[bytes, tuple[str, ...]]  # the interpreter, and what it imports beforehand


class Servers:
    """The fork servers of this process. They end with it, or when it has closed their sockets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Key, _forkserver.Server] = {}
        util.register_after_fork(self, Servers._after_fork)

    def send(self, key: Key, request: _forkserver.Request, fds: Sequence[int]) -> None:
        """Have the server of this kind start a process; it is started itself where there is none yet."""
        with self._lock:
            if key in self._running and not self._running[key].stopped:
                try:
                    return self._running[key].send(request, fds)
                except (BrokenPipeError, ConnectionResetError):
                    self._running.pop(key).stop()  # it has been killed
            server = self._running[key] = _forkserver.Server(*key)
            return server.send(request, fds)

    def stop(self) -> None:
        """End them all. Their processes go on."""
        with self._lock:
            while self._running:
                self._running.popitem()[1].stop()

    def _after_fork(self) -> None:
        self._lock = threading.Lock()
        while self._running:
            self._running.popitem()[1].forget()


servers = Servers()


class Popen(popen_fork.Popen):
    """One started process. Its sentinel is its channel, where the server says how it has ended."""

    method = "forkserver"
    DupFd = popen_forkserver.Popen.DupFd
    pid: int
    sentinel: int
    returncode: int | None
    result: result.Result | None = None

    def __init__(self, process_obj: BaseProcess, isolation: Isolation, key: Key) -> None:
        self._isolation = isolation
        self._key = key
        self._fds: list[int] = []
        self._lock = threading.Lock()  # for what is read from the channel, once
        super().__init__(process_obj)

    def duplicate_for_child(self, fd: int) -> int:
        self._fds.append(fd)
        return len(self._fds) - 1

    def _launch(self, process_obj: BaseProcess) -> None:
        data = _preparation.dump(self, process_obj, self._isolation)
        reader, writer = _stdio.pipe()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sentinel = self._channel.fileno()
        # The end of the pipe tells the process of our end: it stays open until close().
        self.finalizer = util.Finalize(self, _close, (writer, self._channel), exitpriority=-200)
        try:
            with theirs:
                self._request([theirs.fileno(), reader])
            answer = self._receive()
            if not isinstance(answer, int):
                raise answer or ChildProcessError("the fork server has ended before it could start a process")
            self.pid = answer
        except BaseException:
            self.finalizer()
            raise
        finally:
            os.close(reader)
        _preparation.write(writer, data)

    def _request(self, fds: list[int]) -> None:
        option_fds: list[int] = []

        def pack(fd: int) -> int:
            option_fds.append(fd)
            return len(option_fds) - 1

        options = self._isolation.packed(pack)
        directory = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fds = [*fds, _preparation.tracker(), directory, *option_fds, *self._fds]
            if len(fds) > _forkserver.DESCRIPTORS_MAX:
                raise ValueError(f"a process can be given {_forkserver.DESCRIPTORS_MAX} descriptors at most")
            servers.send(self._key, _forkserver.Request(options, len(option_fds)), fds)
        finally:
            os.close(directory)

    def _receive(self) -> Any:
        """What the server says, or None where it has ended."""
        try:
            message = self._channel.recv(_forkserver.MESSAGE_MAX)
        except ConnectionResetError:
            message = b""
        return pickle.loads(message) if message else None

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        if self.returncode is None:
            if not connection.wait([self.sentinel], 0 if flag & os.WNOHANG else None):
                return None
            with self._lock:
                if self.returncode is None:
                    self._collect(self._receive())
        return self.returncode

    def _collect(self, ended: Any) -> None:
        if isinstance(ended, result.Result):
            self.result = ended
            self.returncode = result.returncode(ended)
        else:
            self.returncode = 255  # as multiprocessing, where its server has been killed

    def _send_signal(self, sig: int) -> None:
        if self.returncode is None:
            self._send(sig)

    def kill_all(self) -> None:
        """Kill everything in the pid namespace of the process."""
        if self.returncode is None:
            self._send(_forkserver.EVERYTHING)

    def _handle(self) -> _spaces.spaces_process:
        if self.poll() is not None:
            raise _control.has_ended(self.pid)
        return cast("_spaces.spaces_process", _Remote(self))

    def _ask(self, name: str, *args: Any) -> Any:
        """Have the server call this method of the process as it has it."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with theirs:
                try:
                    socket.send_fds(self._channel, [pickle.dumps((name, args))], [theirs.fileno()])
                except (BrokenPipeError, ConnectionResetError):
                    raise _control.has_ended(self.pid) from None
            message, fds, _, _ = socket.recv_fds(ours, _forkserver.MESSAGE_MAX, 1, socket.MSG_CMSG_CLOEXEC)
        if not message:
            raise _control.has_ended(self.pid)
        answer = pickle.loads(message)
        if isinstance(answer, Exception):
            raise answer
        return fds[0] if fds else answer

    def _send(self, number: int) -> None:
        # Where it is broken, the process has ended, or else the server.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._channel.send(bytes([number]))


class _Remote:
    """A process with the methods that it has where its parent is."""

    def __init__(self, popen: Popen) -> None:
        self._popen = popen

    def __getattr__(self, name: str) -> Any:
        return functools.partial(self._popen._ask, name)


def _close(writer: int, channel: socket.socket) -> None:
    os.close(writer)
    channel.close()
