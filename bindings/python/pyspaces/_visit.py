"""A thread's visit to other namespaces: the way there, gone whole or not at all, and the way back."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

from . import _check, _namespaces, cloning, errors
from .cloning import CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, NAMESPACES

_ELSEWHERE = "use setns(…).run(function), which calls it in a helper process, or Inject"


class Target(NamedTuple):
    namespace: cloning.Namespace
    file: Any  # a path, an open file, or a process


class Visit:
    """What is needed to go back from the namespaces that a thread has entered.

    An exception can come from a signal handler at any point. So what is to be undone is written down before
    it is done, and undoing it twice does no harm.
    """

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.own: list[tuple[cloning.Namespace, int]] = []  # with the descriptor of the thread's own
        self.directories: list[int] = []  # root and working directory, where they change too

    def enter(self, targets: Sequence[Target], whose: str) -> None:
        """Enter all of them, or none."""
        _refuse_the_impossible({target.namespace.bit for target in targets}, whose)
        with contextlib.ExitStack() as opened:
            files = [_open(target, opened) for target in targets]
            try:
                for (namespace, _), fd in zip(targets, files):
                    self._enter_one(namespace, fd, whose)
            except BaseException:
                self.leave()
                raise

    def _enter_one(self, namespace: cloning.Namespace, fd: int, whose: str) -> None:
        own = "pid_for_children" if namespace.bit == CLONE_NEWPID else namespace.name
        own_fd = os.open(f"{_namespaces.OWN}/ns/{own}", os.O_RDONLY | os.O_CLOEXEC)
        self.own.append((namespace, own_fd))
        if namespace.bit == CLONE_NEWNS:
            for path in ("/", "."):
                self.directories.append(os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))
        try:
            # To the one where it is already: this takes the privileges that coming back will take.
            _setns(own_fd, namespace.bit)
        except OSError as error:
            os.close(self.own.pop()[1])
            while namespace.bit == CLONE_NEWNS and self.directories:
                os.close(self.directories.pop())
            raise _cannot_come_back(namespace, whose, error) from None
        try:
            _setns(fd, namespace.bit)
        except OSError as error:
            raise _cannot_enter(namespace, whose, error) from None

    def leave(self) -> None:
        """Go back, as far as possible; raises RestoreError where it was not."""
        if self.thread != threading.get_ident():
            raise errors.make(
                errors.RestoreError,
                errno.EPERM,
                "the block was left by another thread than the one that had entered it",
                step="setns",
                object="thread",
            )
        failed: list[tuple[str, OSError]] = []
        interruption: BaseException | None = None
        for _ in range(100):
            try:
                self._go_back(failed)
                break
            except BaseException as error:  # of a signal handler, such as KeyboardInterrupt: it has to wait
                interruption = error
        if failed:
            name, cause = failed[0]
            names = " and ".join(each for each, _ in failed)
            raise errors.make(
                errors.RestoreError,
                cause.errno or 0,
                f"cannot put the thread back into its own {names}: {cause.strerror}",
                step="setns",
                object=name,
                system_call="setns",
                hint="end this process: what it does from now on is done in the wrong place",
            ) from cause
        if interruption is not None:
            raise interruption

    def _go_back(self, failed: list[tuple[str, OSError]]) -> None:
        while self.own:
            namespace, fd = self.own[-1]
            try:
                _setns(fd, namespace.bit)
            except OSError as error:
                failed.append((namespace.name, error))
            self.own.pop()
            os.close(fd)
        if len(self.directories) == 2:
            # Entering a mount namespace changes both to its root, and so does coming back.
            root, cwd = self.directories
            try:
                os.fchdir(root)
                os.chroot(".")
                os.fchdir(cwd)
            except OSError as error:
                failed.append(("root directory", error))
        while self.directories:
            os.close(self.directories.pop())


def _open(target: Target, opened: contextlib.ExitStack) -> int:
    file = target.file
    if hasattr(file, "fileno"):
        return int(file.fileno())
    if not isinstance(file, (str, bytes, os.PathLike)):
        file = f"/proc/{_check.pid_of(file, target.namespace.name)}/ns/{target.namespace.name}"
    try:
        fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise errors.from_errno(
            error.errno or 0,
            f'cannot open "{os.fsdecode(file)}": {error.strerror}',
            step="setns",
            object=os.fsdecode(file),
            system_call="openat",
        ) from None
    opened.callback(os.close, fd)
    return fd


def _refuse_the_impossible(bits: set[int], whose: str) -> None:
    """What the kernel would refuse half-way, or would never let the thread come back from."""
    if CLONE_NEWUSER in bits:
        raise errors.from_errno(
            errno.EPERM,
            f"cannot enter the user namespace of {whose}: no thread can come back from one",
            step="setns",
            object="user",
            system_call="setns",
            hint=f"{_ELSEWHERE}; or leave it out by user=False, if you may enter the others without it",
        )
    threads = len(os.listdir("/proc/self/task"))
    for bit, number in ((CLONE_NEWNS, errno.EINVAL), (CLONE_NEWTIME, errno.EUSERS)):
        if bit in bits and threads > 1:
            name = next(ns.name for ns in NAMESPACES if ns.bit == bit)
            raise errors.from_errno(
                number,
                f"cannot enter the {name} namespace of {whose}: this process has {threads} threads, "
                "and the kernel allows it to a process with one only",
                step="setns",
                object=name,
                system_call="setns",
                hint=f"{_ELSEWHERE}; or leave it out by {name}=False",
            )


def _cannot_enter(namespace: cloning.Namespace, whose: str, error: OSError) -> errors.Error:
    hint = ""
    if error.errno == errno.EPERM:
        hint = (
            f"this takes CAP_SYS_ADMIN here and in the user namespace that owns it: {_ELSEWHERE}, "
            "which join its user namespace first"
        )
    elif error.errno == errno.EINVAL and namespace.bit != CLONE_NEWPID:
        hint = f"is that the file of a {namespace.name} namespace?"
    return errors.from_errno(
        error.errno or 0,
        f"cannot enter the {namespace.name} namespace of {whose}: {error.strerror}",
        step="setns",
        object=namespace.name,
        system_call="setns",
        hint=hint,
    )


def _cannot_come_back(namespace: cloning.Namespace, whose: str, error: OSError) -> errors.Error:
    return errors.from_errno(
        error.errno or 0,
        f"cannot enter the {namespace.name} namespace of {whose}: "
        f"there would be no way back to this thread's own: {error.strerror}",
        step="setns",
        object=namespace.name,
        system_call="setns",
        hint=f"this takes CAP_SYS_ADMIN here and in the user namespace that owns this thread's: {_ELSEWHERE}",
    )


_libc = ctypes.CDLL(None, use_errno=True)


def _setns(fd: int, kind: int) -> None:
    if hasattr(os, "setns"):  # since Python 3.12
        os.setns(fd, kind)
    elif _libc.setns(fd, kind) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
