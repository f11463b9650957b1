"""The fork server: a clean process with one thread, which forks every isolated process by itself.

Requests come by one socket: the options of the isolation, and descriptors. Each process has a socket more,
its channel, by which the server tells whether it has started and how it has ended, and is told which signals
to send to it, and what else to do to it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import selectors
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, process, resource_tracker, spawn, util
from typing import Any, NamedTuple

from . import _popen, _preparation, _spaces, errors, result
from ._isolation import Isolation

MESSAGE_MAX = 1 << 18  # more than a socket holds
DESCRIPTORS_MAX = 253  # SCM_MAX_FD of unix(7)
EVERYTHING = 255  # in place of a signal: kill all of the pid namespace
# What else can be asked for by name, with a socket for the answer. None takes long.
_METHODS = frozenset({name for name in vars(_spaces.spaces_process) if name[0] != "_"} - {"wait", "kill"})
_GIVING_FDS = ("events_fd", "take_fd")


class Request(NamedTuple):
    """What is sent along with the descriptors: the channel, the pipe of the data, the resource tracker, the
    working directory, those of the options and those of the process."""

    options: dict[str, Any]
    option_fds: int


class _Child(NamedTuple):
    number: int
    channel: socket.socket
    process: _spaces.spaces_process


def main(control_fd: int, preload: Sequence[str], data: Mapping[str, Any]) -> None:
    """Serve until the other end of the control socket is closed."""
    # As multiprocessing's server.
    handlers: dict[int, Any] = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    _import(preload, data)
    util._close_stdin()  # type: ignore[attr-defined]
    with socket.socket(fileno=control_fd) as control, selectors.DefaultSelector() as selector:
        _Server(control, selector, handlers).serve()


def _import(preload: Sequence[str], data: Mapping[str, Any]) -> None:
    """Import what the processes would have to import, each of them. What fails will tell them."""
    for name in preload:
        with contextlib.suppress(Exception):
            if name != "__main__":
                __import__(name)
                continue
            process.current_process()._inheriting = True  # type: ignore[attr-defined]
            try:
                spawn.prepare(dict(data))
            finally:
                del process.current_process()._inheriting  # type: ignore[attr-defined]


class _Server:
    def __init__(
        self, control: socket.socket, selector: selectors.BaseSelector, handlers: Mapping[int, Any]
    ) -> None:
        self._control = control
        self._selector = selector
        self._handlers = handlers
        self._numbers = itertools.count()
        self._children: dict[int, _Child] = {}  # by their numbers

    def serve(self) -> None:
        self._selector.register(self._control, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    if not self._accept():
                        return
                elif key.data in self._children:  # which an event before may have ended
                    child = self._children[key.data]
                    if key.fileobj is child.channel:
                        self._signal(child)
                    else:
                        self._end(child)

    def _accept(self) -> bool:
        """Start a process; False at the end of the control socket."""
        message, fds, _, _ = socket.recv_fds(
            self._control, MESSAGE_MAX, DESCRIPTORS_MAX, socket.MSG_CMSG_CLOEXEC
        )
        if not message:
            return False
        channel = socket.socket(fileno=fds.pop(0))
        try:
            started = self._start(pickle.loads(message), channel, fds)
        except Exception as error:
            _tell(channel, error)
            channel.close()
        else:
            child = _Child(next(self._numbers), channel, started)
            self._children[child.number] = child
            self._selector.register(channel, selectors.EVENT_READ, child.number)
            self._selector.register(started.pidfd(), selectors.EVENT_READ, child.number)
            _tell(channel, started.pid())
        finally:
            for fd in fds:
                os.close(fd)
        return True

    def _start(self, request: Request, channel: socket.socket, fds: Sequence[int]) -> _spaces.spaces_process:
        data, tracker, directory, *fds = fds
        option_fds, fds = fds[: request.option_fds], fds[request.option_fds :]
        os.fchdir(directory)  # for relative paths of the options
        isolation = Isolation.unpacked(request.options, option_fds)
        launch = isolation.for_callable()

        def child() -> int:
            self._leave(channel)
            for fd in (directory, *option_fds):
                os.close(fd)
            isolation.enter()
            forkserver._forkserver._inherited_fds = fds  # type: ignore[attr-defined]
            resource_tracker._resource_tracker._fd = tracker  # type: ignore[attr-defined]
            return _popen.with_exit_handlers(lambda sentinel: _run(data, sentinel), os.dup(data))

        try:
            started: list[_spaces.spaces_process] = []
            _popen.finish(_spaces.spaces_fork_begin(launch.spec, child), started)
            return started[0]
        finally:
            launch.close()

    def _leave(self, channel: socket.socket) -> None:
        """In the new process: close what is the server's."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._selector.close()
        self._control.close()
        channel.close()
        for child in self._children.values():
            child.channel.close()
        self._children.clear()

    def _signal(self, child: _Child) -> None:
        fds: list[int] = []
        try:
            message, fds, _, _ = socket.recv_fds(child.channel, MESSAGE_MAX, 1, socket.MSG_CMSG_CLOEXEC)
        except OSError:
            message = b""
        if not message:  # nobody is interested any more
            self._selector.unregister(child.channel)
            return
        if fds:
            with socket.socket(fileno=fds[0]) as asker:
                _answer(asker, child.process, *pickle.loads(message))
            return
        with contextlib.suppress(errors.Error):  # one that may not be signalled does not end the others
            if message[0] == EVERYTHING:
                child.process.kill_all()
            else:
                child.process.kill(message[0])

    def _end(self, child: _Child) -> None:
        del self._children[child.number]
        self._selector.unregister(child.process.pidfd())
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.channel)
        try:
            ended: object = result.from_library(child.process.wait(0))
        except Exception as error:
            ended = error
        _tell(child.channel, ended)
        child.channel.close()


def _run(data: int, parent_sentinel: int) -> int:
    try:
        return int(spawn._main(data, parent_sentinel))
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        return 1


def _answer(asker: socket.socket, process: _spaces.spaces_process, name: str, args: Sequence[Any]) -> None:
    fds: list[int] = []
    answer: object
    try:
        if name not in _METHODS:
            raise AttributeError(name)
        answer = getattr(process, name)(*args)
        if name in _GIVING_FDS:
            fds.append(int(str(answer)))
    except Exception as error:
        answer = error
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(asker, [pickle.dumps(answer)], fds)
    finally:
        for fd in fds:
            os.close(fd)


def _tell(channel: socket.socket, message: object) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        channel.send(pickle.dumps(message))


class Server:
    """The side of the process that uses a fork server."""

    def __init__(self, executable: str | bytes, preload: Sequence[str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._control = ours
            data = _preparation.data("ignored")
            own_main = {
                key: data[key] for key in data.keys() & {"init_main_from_name", "init_main_from_path"}
            }
            program = (
                f"import sys; sys.path[:] = {data['sys_path']!r}; from pyspaces._forkserver import main; "
                f"main({theirs.fileno()}, {list(preload)!r}, {own_main!r})"
            )
            flags = util._args_from_interpreter_flags()  # type: ignore[attr-defined]
            spec = _spaces.spaces_spec_new()
            spec.set_args([executable, *flags, "-c", program])
            spec.freeze_env()
            spec.add_fd(theirs.fileno(), theirs.fileno())
            try:
                server = _spaces.spaces_spawn(spec)
            except BaseException:
                ours.close()
                raise
        # At the end of the program, when multiprocessing has ended the processes.
        self.stop = util.Finalize(self, _stop, args=(ours, server), exitpriority=-100)
        """End the server, at most once. Its processes go on."""

    @property
    def stopped(self) -> bool:
        return self._control.fileno() < 0

    def send(self, request: Request, fds: Sequence[int]) -> None:
        """Raises BrokenPipeError or ConnectionResetError where the server has ended."""
        socket.send_fds(self._control, [pickle.dumps(request)], fds)

    def forget(self) -> None:
        """In a fork of the process that uses it."""
        self.stop.cancel()
        self._control.close()


def _stop(control: socket.socket, process: _spaces.spaces_process) -> None:
    control.close()
    _popen.readable(process.pidfd(), block=True)
    with contextlib.suppress(errors.Error):  # where something else has reaped it
        process.wait(0)
