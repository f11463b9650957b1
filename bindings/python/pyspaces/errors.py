"""The exceptions of the package.

Everything that libspaces reports is an :class:`Error`, and so an :class:`OSError`. Where Python has a class
for its errno, it is of that class too, so that ``except FileNotFoundError`` and ``except PermissionError``
work; what is wrong in the arguments is a :class:`ValueError` too.
"""

from __future__ import annotations

import builtins
import errno as _errno
import multiprocessing
import os
from typing import TYPE_CHECKING, Any

from . import _spaces

if TYPE_CHECKING:
    from .result import Result

__all__ = ["Error", "RestoreError", "WorkerLostError"]


class Error(OSError):
    """A failure that libspaces reports: which step, done to what, by which system call, and the cure.

    ``errno`` and ``strerror`` are those of OSError; ``strerror`` is the whole message, but where there is a
    ``filename``, which Popen gives as subprocess does: there it is the errno's own text.
    """

    code: int = _spaces.SPACES_ESYSTEM
    """One of the SPACES_E values of libspaces."""
    step: str = ""
    """What was being done, one short stable word: "mount", "pivot_root", "exec"."""
    index: int = -1
    """The position of that step in the Plan, or -1."""
    object: str = ""
    """What it was done to: a path, a namespace, a field of the specification."""
    system_call: str = ""
    """The name of the system call that failed, or nothing."""
    hint: str = ""
    """How it can be cured, where libspaces knows."""

    @property
    def message(self) -> str:
        """All of it in one line, without the hint."""
        return str(self.__dict__.get("_message") or self.strerror)

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class RestoreError(Error):
    """A thread could not be put back into its own namespaces, see :class:`pyspaces.setns`.

    Whatever it does from now on is done in the wrong place. End the process.
    """


class WorkerLostError(multiprocessing.ProcessError):
    """A worker of a pool has died while it had this task, which may have been done in part."""

    def __init__(self, message: str, result: Result | None = None) -> None:
        super().__init__(message)
        self.result = result
        """How the worker has ended, where that is known."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self.args, self.result)


def _like(builtin: type[Exception]) -> type[Error]:
    """A class that is an Error and `builtin` in one, by the name of the latter."""
    doc = f"An Error that is a built-in {builtin.__name__} too."
    return type(builtin.__name__, (Error, builtin), {"__module__": __name__, "__doc__": doc})


_builtins: list[type[Exception]] = [
    builtins.ValueError,
    *(subclass for subclass in OSError.__subclasses__() if subclass.__module__ == "builtins"),
]
_like_builtin = {builtin: _like(builtin) for builtin in _builtins}
# They must be found by their names to be unpickled, when an exception comes from another process.
globals().update({derived.__name__: derived for derived in _like_builtin.values()})

# The errno of a failure in which no system call took part.
_errno_of_code = {
    _spaces.SPACES_EINVALID: _errno.EINVAL,
    _spaces.SPACES_EUNSUPPORTED: _errno.EOPNOTSUPP,
    _spaces.SPACES_ENOTFOUND: _errno.ENOENT,
    _spaces.SPACES_EEXISTS: _errno.EEXIST,
    _spaces.SPACES_ESTATE: _errno.EBUSY,
    _spaces.SPACES_ETIMEOUT: _errno.ETIMEDOUT,
}


def from_library(
    code: int, errno: int, index: int, step: str, object: str, system_call: str, message: str, hint: str
) -> builtins.Exception:
    """The exception for a spaces_error; called by the raw module."""
    if code == _spaces.SPACES_ENOMEMORY:
        return MemoryError(message)
    number = errno or _errno_of_code.get(code, 0)
    error_class = Error
    if code == _spaces.SPACES_EINVALID and not errno:
        error_class = _like_builtin[builtins.ValueError]
    else:
        error_class = _like_builtin.get(type(OSError(number, "")), Error)
    return make(
        error_class,
        number,
        message,
        code=code,
        index=index,
        step=step,
        object=object,
        system_call=system_call,
        hint=hint,
    )


def make(error_class: type[Error], errno: int, message: str, **details: Any) -> Error:
    """An Error of that class with its attributes."""
    error = error_class(errno, message)
    error.__dict__.update(details)
    return error


def set_filename(error: Error, filename: Any) -> None:
    """Make it what the os module raises for that file: ``strerror`` is the errno's own text then."""
    error.__dict__["_message"] = error.message
    error.strerror = os.strerror(error.errno or 0)
    error.args = (error.errno, error.strerror)
    error.filename = filename


def from_errno(errno: int, message: str, **details: Any) -> Error:
    """An Error for a system call that failed here and not in libspaces, of the class that fits the errno."""
    return make(_like_builtin.get(type(OSError(errno, "")), Error), errno, message, **details)
