"""setns: do something in the namespaces of another process, and come back."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Callable
from multiprocessing import connection
from types import TracebackType
from typing import Any, TypeVar

from . import _check, _namespaces, _visit, cloning
from .cloning import NAMESPACES
from .options import StrPath
from .process import Inject

T = TypeVar("T")


class setns(contextlib.ContextDecorator):
    """A context manager that puts the calling thread into namespaces of another process.

    ``target_pid`` is that process: a pid, or an object that has one, such as a Container. The namespaces are
    chosen as for Inject: all in which it differs if none is named; each by ``True``, ``False``, or a path::

        with setns(container, net=True):
            ...                                   # this thread is in the container's network
        names = setns(container).run(os.listdir, "/")   # called in a helper, which may go anywhere

    At the end of the block, or when entering fails half-way, the thread is put back; if that is not possible,
    RestoreError says so. Other threads are not touched. The pid namespace (and, entered with it, the ids of
    processes) is that of processes started in the block; no thread can be started there meanwhile.

    The kernel lets no thread come back from a user namespace, and only a process with one thread change its
    mount or time namespace: that is an Error that says so, before anything has changed. run() can do it.

    ``parent_pid`` is there for programs written for pyspaces 1.4; it can only be this process.
    """

    def __init__(
        self,
        target_pid: Any,
        parent_pid: int | str | None = 0,
        proc: StrPath = "/proc",
        *args: str,
        **kwargs: Any,
    ) -> None:
        if parent_pid and _check.pid_of(parent_pid, "parent_pid") != os.getpid():
            raise ValueError(
                f"parent_pid={parent_pid}: a thread goes back to where it came from, process {os.getpid()}"
            )
        if not hasattr(target_pid, "pid"):  # which may be started later
            _check.pid_of(target_pid, "target_pid")
        options = {**cloning.names_as_options(args), **kwargs}
        choices = cloning.pop_namespaces(options)
        if options:
            raise TypeError(f"setns got an unexpected keyword argument {min(options)!r}")
        self.target_pid = target_pid
        self.proc = _check.path("proc", proc)
        self._choices = choices
        self._entered: list[_visit.Visit] = []

    def __enter__(self) -> setns:
        visit = _visit.Visit()
        visit.enter(self._targets(), f"process {_check.pid_of(self.target_pid, 'target_pid')}")
        self._entered.append(visit)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.pop().leave()

    def run(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Call the function in a helper process in these namespaces, and return what it returns.

        Its result, or the exception it raises, must be picklable. The helper is a fork of this process, and
        with a pid namespace it is a process there. The function's exception has the helper's traceback as its
        cause.
        """
        receiver, sender = connection.Pipe(duplex=False)
        with receiver, sender:
            names = {ns.name: self._choices[ns.bit] for ns in NAMESPACES if ns.bit in self._choices}
            helper = Inject(
                self.target_pid, _call_and_send, (sender, function, args, kwargs), proc=self.proc, **names
            )
            helper.start()
            sender.close()
            try:
                succeeded, value, trace = receiver.recv()
            except EOFError:
                helper.join()
                raise ChildProcessError(
                    f"the helper ended before the function did: {helper.result}"
                ) from None
            except BaseException:
                helper.kill()
                raise
            finally:
                helper.join()
                helper.close()
        if not succeeded:
            raise value from _RemoteTraceback(trace)
        result: T = value
        return result

    def _targets(self) -> list[_visit.Target]:
        """The namespaces to enter, in order, with what names them in errors. Those we are in are left out."""
        directory = _namespaces.directory_of(self.target_pid, self.proc)
        others, wanted = _namespaces.chosen(self._choices)
        targets = []
        for namespace in NAMESPACES:
            value = others.get(namespace.bit)
            if value:
                targets.append(_visit.Target(namespace, value))
            elif wanted & namespace.bit and _namespaces.differs(directory, namespace):
                targets.append(_visit.Target(namespace, _namespaces.file_of(directory, namespace)))
        return targets


class _RemoteTraceback(Exception):
    """Shows where in the helper an exception was raised."""

    def __init__(self, trace: str) -> None:
        super().__init__(trace)
        self.trace = trace

    def __str__(self) -> str:
        return f'\n"""\n{self.trace}"""'


def _call_and_send(
    sender: connection.Connection, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    try:
        outcome = (True, function(*args, **kwargs), "")
    except BaseException as error:
        outcome = (False, error, traceback.format_exc())
    try:
        sender.send(outcome)
    except Exception as error:
        sender.send((False, TypeError(f"cannot send the outcome of {function!r} back: {error}"), ""))
