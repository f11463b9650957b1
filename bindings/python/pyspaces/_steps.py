"""What a container does in the new process: the methods that programs override, in their order."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from . import _stdio

# The methods that take part in the setup. Where one of them is overridden, the setup is done step by step in
# the new process, in between them, and not by libspaces before it.
SETUP_METHODS = ("preup", "daemonize", "chroot", "chdir", "chtty", "exceptup", "postup", "runup")
METHODS = (*SETUP_METHODS, "preexec", "postexec", "exceptexec")


def set_environment(env: Mapping[Any, Any]) -> None:
    """Make `env` the whole environment of this process."""
    os.environ.clear()
    os.environ.update({os.fsdecode(name): os.fsdecode(env[name]) for name in env})


class Steps:
    """The part of Container that runs in the new process."""

    argv: Sequence[Any] | None
    kwargs: dict[str, Any]
    _inner_run: Callable[[], object]  # run(), or what a subclass made of it
    _setup_in_python: bool
    _streams: dict[int, int]  # descriptors to become standard streams, by their numbers

    def runup(self) -> object:
        """Call the methods below and the target, in the order that the class tells."""
        if self.kwargs.get("env") is not None:
            set_environment(self.kwargs["env"])
        try:
            self.preup()
            self.daemonize()
            self.chroot()
            self.chdir()
            self.chtty()
            self._change_ids()
        except BaseException:
            self.exceptup()
            raise
        finally:
            self.postup()
        try:
            self.preexec()
            if self.argv is not None:
                self._exec(list(self.argv))
            return self._inner_run() or 0
        except BaseException:
            self.exceptexec()
            raise
        finally:
            self.postexec()

    @staticmethod
    def _exec(argv: list[Any]) -> NoReturn:
        """The program of a container whose methods are overridden, and so must be called first."""
        for sig in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores, and a program should not
            signal.signal(sig, signal.SIG_DFL)
        os.execvp(argv[0], argv)

    def preup(self) -> None:
        """Called first, in the new namespaces, before the root directory changes: for mounts and the like."""

    def daemonize(self) -> None:
        """Leave the session of the caller, with daemonize=True. (Its process has been left behind before.)"""
        if self._setup_in_python and self.kwargs["daemonize"]:
            if self.kwargs.get("umask") is None:
                os.umask(0)
            os.setsid()

    def chroot(self) -> None:
        """Change the root directory to rootdir."""
        if self._setup_in_python and _stdio.is_given(self.kwargs["rootdir"]):
            os.chdir(self.kwargs["rootdir"])
            os.chroot(".")

    def chdir(self) -> None:
        """Change the working directory to workdir."""
        if self._setup_in_python and _stdio.is_given(self.kwargs["workdir"]):
            os.chdir(self.kwargs["workdir"])

    def chtty(self) -> None:
        """Change the standard streams, both the descriptors and the files in the module sys."""
        for stream, fd in self._streams.items():
            os.dup2(fd, stream)
        for stream, name in enumerate(_stdio.NAMES):
            value = self.kwargs[name]
            if self._setup_in_python and _stdio.is_merge(stream, value):
                os.dup2(1, stream)
            if _stdio.is_given(value) or self.kwargs["terminal"]:
                _stdio.rebind(stream)

    def _change_ids(self) -> None:
        if not self._setup_in_python:
            return
        uid, gid, groups = (self.kwargs.get(name) for name in ("uid", "gid", "groups"))
        if groups is not None:
            os.setgroups(groups)
        elif (uid, gid) != (None, None):
            with contextlib.suppress(PermissionError):  # as libspaces: none, where that is allowed
                os.setgroups([])
        if gid is not None:
            os.setresgid(gid, gid, gid)
        if uid is not None:
            os.setresuid(uid, uid, uid)

    def exceptup(self) -> None:
        """Called when one of the methods before it has raised an exception."""

    def postup(self) -> None:
        """Called after the setup in any case."""

    def preexec(self) -> None:
        """Called when the setup is complete: for the network and the like."""

    def exceptexec(self) -> None:
        """Called when preexec() or the target has raised an exception."""

    def postexec(self) -> None:
        """Called after the target in any case, unless it became another program."""
