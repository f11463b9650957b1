"""Popen: a program in namespaces of its own, with the interface of subprocess.Popen."""

from __future__ import annotations

import contextlib
import fcntl
import inspect
import io
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, AnyStr, Literal, Union, overload

from . import (
    _arguments,
    _check,
    _control,
    _ending,
    _program_isolation,
    _spaces,
    _spec,
    _stdio,
    errors,
    result,
)
from .errors import Error
from .options import StrPath

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .options import ProgramOptions
    from .result import Result

Command = Union[StrPath, Sequence[StrPath]]

# Its positional parameters are not the same in all versions of Python: they are told apart by their names.
_EXECUTE_CHILD = inspect.signature(subprocess.Popen._execute_child)  # type: ignore[attr-defined]

_gid = _check.number(0, _check.LAST_ID)
_OVERFLOW_GID = 65534  # what a group is called that is not mapped, user_namespaces(7)

_NO_PREEXEC = (
    "preexec_fn: no Python code runs between the start of the new process and its program. There are cwd, "
    "umask, user, group, extra_groups, start_new_session, process_group, restore_signals, rlimits, "
    "no_new_privs and oom_score_adj for what is usually done there; and preexec() of a subclass of Container "
    "is called in the new process, before its callable or program (argv)"
)


class Popen(subprocess.Popen[AnyStr], _control.Controls):
    """A program in new or joined namespaces, with the interface of subprocess.Popen::

        with Popen(["ps", "ax"], stdout=PIPE, text=True, newuser=True, newpid=True, newns=True) as process:
            print(process.stdout.read())

    The arguments are those of subprocess.Popen, with the meaning that they have there, and as keywords
    Container's for isolation, which docs/python.md explains (``user`` is subprocess': the namespace is
    ``newuser``). ``executable``, ``cwd`` and the PATH of a new root directory (``rootdir``) are looked up
    inside it, ``user`` and ``group`` by name outside. ``pass_fds`` may also be a mapping from the number
    inside to the descriptor. ``preexec_fn`` is refused with a ValueError.

    What fails is the exception that subprocess raises, with its ``filename``, and a pyspaces.Error: it knows
    step, object and cure. Nothing is left of the process then.

    May be used from any thread, by several at a time, as subprocess.Popen.
    """

    pid: int
    """The child of this process: the program itself or, where it has one (in a new pid namespace, unless
    ``init=False``; with a time limit), its init or supervisor, which ends when the program has."""
    result: result.Result | None = None
    """How it ended and what it took; None as long as returncode is, and where the status was lost to who else
    has reaped the child."""
    terminal: io.FileIO | None = None
    """The caller's side of the pseudoterminal, with terminal=True. The end of a with block closes it, which
    hangs up on the program (SIGHUP)."""
    _process: _spaces.spaces_process | None = None

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Popen[str],
            args: Command,
            *,
            text: Literal[True],
            encoding: str | None = None,
            errors: str | None = None,
            universal_newlines: bool | None = None,
            **options: Unpack[ProgramOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Popen[str],
            args: Command,
            *,
            text: bool | None = None,
            encoding: str,
            errors: str | None = None,
            universal_newlines: bool | None = None,
            **options: Unpack[ProgramOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Popen[str],
            args: Command,
            *,
            text: bool | None = None,
            encoding: str | None = None,
            errors: str,
            universal_newlines: bool | None = None,
            **options: Unpack[ProgramOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Popen[str],
            args: Command,
            *,
            text: bool | None = None,
            encoding: str | None = None,
            errors: str | None = None,
            universal_newlines: Literal[True],
            **options: Unpack[ProgramOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Popen[bytes],
            args: Command,
            *,
            text: Literal[False] | None = None,
            encoding: None = None,
            errors: None = None,
            universal_newlines: Literal[False] | None = None,
            **options: Unpack[ProgramOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Popen[Any],
            args: Command,
            *,
            text: bool | None = None,
            encoding: str | None = None,
            errors: str | None = None,
            universal_newlines: bool | None = None,
            **options: Unpack[ProgramOptions],
        ) -> None: ...

    def __init__(self, args: Any, *positional: Any, **options: Any) -> None:
        isolation, others = _program_isolation.split(options)
        self._isolation = _program_isolation.ProgramIsolation(isolation)
        # Reentrant, since a signal handler may poll() where poll() or wait() are interrupted.
        self._collecting = threading.RLock()
        try:
            super().__init__(args, *positional, **others)
        except BaseException:
            # That of a signal handler comes when the program runs already, and nobody would have it.
            self._kill_at_once()
            raise

    # --- The start ----------------------------------------------------------------------------------------

    def _execute_child(self, *values: Any, **named: Any) -> None:
        given = _EXECUTE_CHILD.bind(self, *values, **named).arguments
        if given["preexec_fn"] is not None:
            raise ValueError(_NO_PREEXEC)
        args, executable = _command(given["args"], given["executable"], given["shell"])
        cwd, env = given["cwd"], given["env"]
        sys.audit("subprocess.Popen", executable, args, cwd, env)
        spec = self._isolation.new_spec()
        spec.set_args(args)
        if executable != args[0]:
            spec.set_executable(executable)
        if env is not None or not self._isolation.has_spec:
            _spec.set_environment(spec, env)
        if cwd is not None:
            spec.set_cwd(cwd)
        _set_process(spec, given)
        self._set_ids(spec, given)
        _set_descriptors(spec, given)
        self._set_streams(spec, given)
        try:
            with _ending.ended_on_error() as started:
                started.extend(map(_spaces.spaces_spawn, (spec,)))
                self._take_over(started[0])
        except Error as error:
            if error.step in ("chdir", "exec"):
                errors.set_filename(error, cwd if error.step == "chdir" else executable)
            raise
        self._close_pipe_fds(*(given[name] for name in _PIPES))  # type: ignore[attr-defined]

    def _take_over(self, process: _spaces.spaces_process) -> None:
        self.pid = process.pid()
        if self._isolation.terminal:
            self.terminal = _stdio.take_terminal(process)
        self._process = process
        self._child_created: bool = True

    def _set_ids(self, spec: _spaces.spaces_spec, given: Mapping[str, Any]) -> None:
        uid, gid, groups = given["uid"], given["gid"], given["gids"]
        if groups is not None:
            groups = [_gid("extra_groups", number) for number in groups]
        elif (uid, gid) != (None, None) and self._isolation.keeps_user_namespace:
            groups = _kept_groups()
        _spec.set_credentials(spec, {"uid": uid, "gid": gid, "groups": groups})

    def _set_streams(self, spec: _spaces.spaces_spec, given: Mapping[str, Any]) -> None:
        for stream, name in enumerate(("p2cread", "c2pwrite", "errwrite")):
            if given[name] == -1:
                continue
            if self._isolation.terminal:
                raise ValueError(
                    f"{_stdio.NAMES[stream]}: with terminal=True the terminal is all three streams"
                )
            _check_open(_stdio.NAMES[stream], given[name])
            spec.set_stdio_fd(stream, given[name])

    # --- Its life -----------------------------------------------------------------------------------------

    def send_signal(self, sig: int) -> None:
        """Send a signal to the program itself, also where it has an init; nothing if it has ended."""
        self.poll()
        process = self._process
        if self.returncode is None and process is not None:
            process.kill(sig)

    def kill_all(self) -> None:
        """Kill everything in the program's pid namespace; without one of its own, only the program."""
        self.poll()
        process = self._process
        if self.returncode is None and process is not None:
            process.kill_all()

    def _handle(self) -> _spaces.spaces_process:
        self.poll()
        process = self._process
        if process is None:
            raise _control.has_ended(self.pid)
        return process

    def _ended(self) -> Result | None:
        self.poll()
        return self.result

    def _duplicate_pidfd(self) -> int:
        """A pidfd that the caller closes; readable when the process has ended."""
        assert self._process is not None
        return fcntl.fcntl(self._process.pidfd(), fcntl.F_DUPFD_CLOEXEC, 3)

    def _kill_at_once(self) -> None:
        """For run() and the like: an exception, even KeyboardInterrupt, leaves no zombie."""
        process = self._process
        if process is not None:
            _ending.end(process)
            self.poll()

    def _internal_poll(self, _deadstate: int | None = None, *_: Any) -> int | None:
        process = self._process
        if self.returncode is None and (process is None or _ending.has_ended(process, 0)):
            self._collect(process, _deadstate)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        process = self._process
        if self.returncode is None:
            if process is not None and not _ending.has_ended(process, timeout):
                assert timeout is not None
                raise subprocess.TimeoutExpired(self.args, timeout)
            self._collect(process, None)
        assert self.returncode is not None
        return self.returncode

    def _collect(self, process: _spaces.spaces_process | None, deadstate: int | None) -> None:
        """Take over the status of a process that has ended."""
        with self._collecting:
            if self.result is None and process is not None:
                try:
                    self.result = result.from_library(process.wait(0))
                except Error as error:
                    if error.code != _spaces.SPACES_ESTATE:
                        raise
                    # Something else has reaped our child, such as the kernel where SIGCHLD is ignored.
                    self._warn_of_loss(error)
            if self.result is not None:
                self.returncode = result.returncode(self.result)
            elif self.returncode is None:
                self.returncode = 0 if deadstate is None else deadstate
            self._process = None  # another thread that waits for it has its own reference

    @staticmethod
    def _warn_of_loss(error: Error) -> None:
        warnings.warn(
            f"{error}: returncode 0 will be reported, as by subprocess", RuntimeWarning, stacklevel=5
        )

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.terminal is not None:
            self.terminal.close()
        super().__exit__(exc_type, value, traceback)


_PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")


def _command(args: Any, executable: Any, shell: bool) -> tuple[list[Any], Any]:
    """The arguments as a list, and what is executed."""
    if isinstance(args, (str, bytes)):
        args = [args]
    elif isinstance(args, os.PathLike):
        if shell:
            raise TypeError("args: a path is no command for a shell: give a string")
        args = [args]
    else:
        args = list(args)
    if shell:
        args = [executable or "/bin/sh", "-c", *args]
    elif not args:
        raise _check.refusal(ValueError, "args", args, "a program is needed")
    return args, args[0] if executable is None else executable


def _set_process(spec: _spaces.spaces_spec, given: Mapping[str, Any]) -> None:
    """Session, process group, umask and signals."""
    if given["start_new_session"]:
        spec.set_new_session(True)
    group = given.get("process_group", -1)
    if group >= 0:
        spec.set_process_group(group)
    if given["umask"] >= 0:
        spec.set_umask(given["umask"])
    spec.set_inherit_signals(True)  # nohup(1) and the like reach what is started here
    if given["restore_signals"]:
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python itself
            spec.add_default_signal(ignored)


def _kept_groups() -> list[int] | None:
    """This process' supplementary groups, which subprocess does not change, where they can be set at all."""
    if os.geteuid() != 0:
        return None
    try:
        with open("/proc/self/setgroups") as file:
            allowed = file.read().strip() == "allow"
    except FileNotFoundError:
        allowed = True
    groups = os.getgroups()
    return groups if allowed and _OVERFLOW_GID not in groups else None


def _set_descriptors(spec: _spaces.spaces_spec, given: Mapping[str, Any]) -> None:
    pass_fds = given["pass_fds"]
    if not given["close_fds"]:
        pass_fds = _inheritable()
    if isinstance(pass_fds, Mapping):
        _arguments.options({"pass_fds": pass_fds})
    else:
        # The standard streams are what stdin, stdout and stderr say.
        pass_fds = {fd for fd in (_stdio.descriptor(fd, "pass_fds") for fd in pass_fds) if fd > 2}
        for fd in pass_fds:
            _check_open("pass_fds", fd)
    _spec.set_descriptors(spec, pass_fds)


def _check_open(name: str, fd: int) -> None:
    try:
        os.fstat(fd)
    except OSError as error:
        raise errors.from_errno(
            error.errno or 0,
            f"{name}={fd}: {error.strerror}",
            step="dup",
            object=name,
            system_call="fstat",
            hint="the descriptor is not open in this process",
        ) from None


def _inheritable() -> list[int]:
    """What a program is left by exec(2) with close_fds=False."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        # That of the directory itself is closed by now, and others may be by other threads.
        with contextlib.suppress(OSError):
            if os.get_inheritable(int(name)):
                found.append(int(name))
    return found
