"""The namespaces of processes, as /proc shows them."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Mapping
from typing import Any

from . import _check, _spaces, errors
from .cloning import ALL_NAMESPACES, CLONE_NEWPID, NAMESPACES, Namespace

OWN = "/proc/thread-self"


def directory_of(target: Any, proc: Any) -> str:
    """/proc/PID of a pid or process; raises ProcessLookupError where there is none."""
    pid = _check.pid_of(target, "target_pid")
    directory = f"{os.fsdecode(proc)}/{pid}"
    if not os.path.isdir(directory + "/ns"):
        raise errors.from_errno(
            errno.ESRCH,
            f"cannot join namespaces of process {pid}: {os.strerror(errno.ESRCH)}",
            code=_spaces.SPACES_ENOTFOUND,
            step="setns",
            object=str(pid),
            hint="" if os.path.isdir(directory) else f'there is no "{directory}"',
        )
    return directory


def file_of(directory: str, namespace: Namespace) -> str:
    """The file of a process' namespace. As in libspaces, a supervisor stands for what its children are in."""
    file = f"{directory}/ns/{namespace.name}"
    if namespace.bit == CLONE_NEWPID:
        childrens = f"{directory}/ns/pid_for_children"
        with contextlib.suppress(OSError):  # nobody has entered it yet, or to join it will say why not
            if os.path.samefile(file, f"{OWN}/ns/pid") and os.path.exists(childrens):
                return childrens
    return file


def differs(directory: str, namespace: Namespace) -> bool:
    """Whether a process is in another one than the calling thread; never, of a kind that the kernel lacks."""
    try:
        theirs = os.stat(file_of(directory, namespace))
        ours = os.stat(f"{OWN}/ns/{namespace.name}")
    except FileNotFoundError:
        return False
    except PermissionError:
        return True  # and joining it will say why not
    return not os.path.samestat(theirs, ours)


def differing(directory: str) -> int:
    """The bits of all namespaces in which a process differs from the calling thread."""
    return sum(namespace.bit for namespace in NAMESPACES if differs(directory, namespace))


def chosen(choices: Mapping[int, Any], flags: int = 0) -> tuple[dict[int, Any], int]:
    """Which to join: those that are named otherwise than by True, and the bits of those of the target.

    Without a choice the latter are all, except what is refused by False.
    """
    others = {bit: value for bit, value in choices.items() if value is not True}
    wanted = flags | sum(bit for bit, value in choices.items() if value is True)
    if not wanted and not any(others.values()):
        wanted = ALL_NAMESPACES
    return others, wanted & ~sum(others)
