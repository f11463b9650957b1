"""What the module subprocess offers, for programs in namespaces of their own.

It has the names of subprocess, so that ``from pyspaces import subprocess`` is all that a program needs to
change; what it takes besides are Container's keyword arguments for isolation, see :class:`Popen`.
"""

from __future__ import annotations

import subprocess as _subprocess
from subprocess import DEVNULL, PIPE, STDOUT, SubprocessError, TimeoutExpired
from typing import TYPE_CHECKING, Any, AnyStr, Literal, overload

from ._program import Command, Popen
from .result import Result

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .options import CallOptions, IsolationOptions, ProgramOptions

__all__ = [
    "DEVNULL",
    "PIPE",
    "STDOUT",
    "CalledProcessError",
    "CompletedProcess",
    "Popen",
    "SubprocessError",
    "TimeoutExpired",
    "call",
    "check_call",
    "check_output",
    "getoutput",
    "getstatusoutput",
    "run",
]


# Why a program was ended, where its signal does not tell.
_CAUSES = {
    "time-limit": "its time limit was over",
    "out-of-memory": "its control group had no memory left",
    "seccomp": "its filter has refused a system call",
}


class CalledProcessError(_subprocess.CalledProcessError):
    """A program that was to be successful has not been; a subprocess.CalledProcessError."""

    result: Result | None = None
    """How it ended and what it took."""

    def __str__(self) -> str:
        text = super().__str__()
        why = "" if self.result is None else _CAUSES.get(self.result.cause, "")
        if self.result is not None and self.result.system_call:
            why += f": {self.result.system_call}"
        return text.rstrip(".") + ": " + why if why else text


class CompletedProcess(_subprocess.CompletedProcess[AnyStr]):
    """What run() returns: a subprocess.CompletedProcess."""

    result: Result | None = None
    """How the program ended and what it took."""

    def check_returncode(self) -> None:
        """Raise CalledProcessError unless the program has ended with returncode 0."""
        if self.returncode:
            raise _failed(self.result, self.returncode, self.args, self.stdout, self.stderr)


def _failed(result: Result | None, *values: Any) -> CalledProcessError:
    error = CalledProcessError(*values)
    error.result = result
    return error


@overload
def run(
    args: Command,
    *,
    text: Literal[True],
    encoding: str | None = None,
    errors: str | None = None,
    universal_newlines: bool | None = None,
    input: str | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Unpack[ProgramOptions],
) -> CompletedProcess[str]: ...
@overload
def run(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str,
    errors: str | None = None,
    universal_newlines: bool | None = None,
    input: str | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Unpack[ProgramOptions],
) -> CompletedProcess[str]: ...
@overload
def run(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str | None = None,
    errors: str,
    universal_newlines: bool | None = None,
    input: str | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Unpack[ProgramOptions],
) -> CompletedProcess[str]: ...
@overload
def run(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str | None = None,
    errors: str | None = None,
    universal_newlines: Literal[True],
    input: str | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Unpack[ProgramOptions],
) -> CompletedProcess[str]: ...
@overload
def run(
    args: Command,
    *,
    text: Literal[False] | None = None,
    encoding: None = None,
    errors: None = None,
    universal_newlines: Literal[False] | None = None,
    input: bytes | bytearray | memoryview | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Unpack[ProgramOptions],
) -> CompletedProcess[bytes]: ...
@overload
def run(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str | None = None,
    errors: str | None = None,
    universal_newlines: bool | None = None,
    input: Any = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Unpack[ProgramOptions],
) -> CompletedProcess[Any]: ...
def run(
    *popenargs: Any,
    input: Any = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Any,
) -> CompletedProcess[Any]:
    """Run a program to its end, as subprocess.run(); the result knows besides how it ended.

    When ``timeout`` (seconds) is over, or an exception comes in between, the program is killed: in a pid
    namespace of its own with everything that it has started, so that nothing keeps its pipes open.
    """
    if input is not None:
        if options.get("stdin") is not None:
            raise ValueError("stdin and input: input is written to a pipe, which stdin would have to be")
        options["stdin"] = PIPE
    if capture_output:
        if options.get("stdout") is not None or options.get("stderr") is not None:
            raise ValueError("capture_output makes pipes of stdout and stderr, which are given too")
        options["stdout"] = options["stderr"] = PIPE
    with Popen(*popenargs, **options) as process:
        try:
            stdout, stderr = process.communicate(input, timeout=timeout)
        except BaseException:
            process._kill_at_once()
            raise
    completed: CompletedProcess[Any] = CompletedProcess(process.args, process.returncode, stdout, stderr)
    completed.result = process.result
    if check:
        completed.check_returncode()
    return completed


def call(
    args: Command, *positional: Any, timeout: float | None = None, **options: Unpack[CallOptions]
) -> int:
    """Run a program to its end and return its returncode, as subprocess.call()."""
    return _call(args, positional, timeout, options)[0]


def check_call(
    args: Command, *positional: Any, timeout: float | None = None, **options: Unpack[CallOptions]
) -> int:
    """Run a program to its end and return 0, or raise CalledProcessError, as subprocess.check_call()."""
    returncode, result = _call(args, positional, timeout, options)
    if returncode:
        raise _failed(result, returncode, args)
    return 0


def _call(args: Any, positional: Any, timeout: float | None, options: Any) -> tuple[int, Result | None]:
    with Popen(args, *positional, **options) as process:
        try:
            return process.wait(timeout=timeout), process.result
        except BaseException:
            process._kill_at_once()
            raise


@overload
def check_output(
    args: Command,
    *,
    text: Literal[True],
    encoding: str | None = None,
    errors: str | None = None,
    universal_newlines: bool | None = None,
    input: str | None = None,
    timeout: float | None = None,
    **options: Unpack[ProgramOptions],
) -> str: ...
@overload
def check_output(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str,
    errors: str | None = None,
    universal_newlines: bool | None = None,
    input: str | None = None,
    timeout: float | None = None,
    **options: Unpack[ProgramOptions],
) -> str: ...
@overload
def check_output(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str | None = None,
    errors: str,
    universal_newlines: bool | None = None,
    input: str | None = None,
    timeout: float | None = None,
    **options: Unpack[ProgramOptions],
) -> str: ...
@overload
def check_output(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str | None = None,
    errors: str | None = None,
    universal_newlines: Literal[True],
    input: str | None = None,
    timeout: float | None = None,
    **options: Unpack[ProgramOptions],
) -> str: ...
@overload
def check_output(
    args: Command,
    *,
    text: Literal[False] | None = None,
    encoding: None = None,
    errors: None = None,
    universal_newlines: Literal[False] | None = None,
    input: bytes | bytearray | memoryview | None = None,
    timeout: float | None = None,
    **options: Unpack[ProgramOptions],
) -> bytes: ...
@overload
def check_output(
    args: Command,
    *,
    text: bool | None = None,
    encoding: str | None = None,
    errors: str | None = None,
    universal_newlines: bool | None = None,
    input: Any = None,
    timeout: float | None = None,
    **options: Unpack[ProgramOptions],
) -> Any: ...
def check_output(*popenargs: Any, timeout: float | None = None, **options: Any) -> Any:
    """What a program prints; or raise CalledProcessError, as subprocess.check_output()."""
    for name in ("stdout", "check"):
        if name in options:
            raise ValueError(f"{name} argument not allowed, it will be overridden: use run()")
    if "input" in options and options["input"] is None:
        # None means an empty input here, not the caller's stdin.
        text = any(options.get(name) for name in ("text", "universal_newlines", "encoding", "errors"))
        options["input"] = "" if text else b""
    return run(*popenargs, stdout=PIPE, timeout=timeout, check=True, **options).stdout


def getstatusoutput(
    cmd: Any, *, encoding: str | None = None, errors: str | None = None, **options: Unpack[IsolationOptions]
) -> tuple[int, str]:
    """The returncode of a command in a shell, and what it prints to stdout and stderr."""
    options_of_run: Any = {"encoding": encoding, "errors": errors, **options}
    completed = run(cmd, shell=True, text=True, stdout=PIPE, stderr=STDOUT, **options_of_run)
    output: str = completed.stdout
    return completed.returncode, output[:-1] if output.endswith("\n") else output


def getoutput(
    cmd: Any, *, encoding: str | None = None, errors: str | None = None, **options: Unpack[IsolationOptions]
) -> str:
    """What a command in a shell prints to stdout and stderr."""
    return getstatusoutput(cmd, encoding=encoding, errors=errors, **options)[1]
