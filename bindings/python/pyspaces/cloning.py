"""The kinds of namespaces and the flags of clone(2), by their names and bits."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, NamedTuple

from . import _check

CLONE_NEWTIME = 0x00000080
CLONE_VM = 0x00000100
CLONE_FS = 0x00000200
CLONE_FILES = 0x00000400
CLONE_SIGHAND = 0x00000800
CLONE_PTRACE = 0x00002000
CLONE_VFORK = 0x00004000
CLONE_PARENT = 0x00008000
CLONE_THREAD = 0x00010000
CLONE_NEWNS = 0x00020000
CLONE_SYSVSEM = 0x00040000
CLONE_SETTLS = 0x00080000
CLONE_PARENT_SETTID = 0x00100000
CLONE_CHILD_CLEARTID = 0x00200000
CLONE_DETACHED = 0x00400000
CLONE_UNTRACED = 0x00800000
CLONE_CHILD_SETTID = 0x01000000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_IO = 0x80000000


class Namespace(NamedTuple):
    """One kind of namespace."""

    name: str  # as the file in /proc/PID/ns, and the keyword argument
    alias: str  # the other keyword argument
    bit: int


# In the order in which they are joined. The user namespace comes first, since its privileges may be needed to
# join the others; the mount namespace comes last, since the others may be named by paths.
NAMESPACES = (
    Namespace("user", "newuser", CLONE_NEWUSER),
    Namespace("cgroup", "newcgroup", CLONE_NEWCGROUP),
    Namespace("ipc", "newipc", CLONE_NEWIPC),
    Namespace("uts", "newuts", CLONE_NEWUTS),
    Namespace("net", "newnet", CLONE_NEWNET),
    Namespace("pid", "newpid", CLONE_NEWPID),
    Namespace("time", "newtime", CLONE_NEWTIME),
    Namespace("mnt", "newns", CLONE_NEWNS),
)
ALL_NAMESPACES = sum(namespace.bit for namespace in NAMESPACES)


class _Refused(NamedTuple):
    flag: int
    reason: str  # why it makes no sense here, and what to do instead


# The other flags of clone(2). Each would either tie the container to this process, which is what a container
# must not be, or is for whoever calls clone(2) directly.
REFUSED_FLAGS: Mapping[str, _Refused] = {
    "vm": _Refused(
        CLONE_VM,
        "the interpreter cannot run twice in one memory: use multiprocessing.shared_memory to share data",
    ),
    "fs": _Refused(
        CLONE_FS,
        "a root or working directory of the container's own would become this process' too: "
        "use rootdir= and workdir=",
    ),
    "files": _Refused(
        CLONE_FILES,
        "each would close the other's descriptors: "
        "a callable inherits them all, and a program those of pass_fds=",
    ),
    "sighand": _Refused(CLONE_SIGHAND, "it needs shared memory: use signal.signal() in the container"),
    "ptrace": _Refused(
        CLONE_PTRACE, "a tracer chooses what it traces: set PTRACE_O_TRACECLONE in the tracer"
    ),
    "vfork": _Refused(
        CLONE_VFORK,
        "a callable would run in this process' memory: use argv=, whose program is started that way already",
    ),
    "parent": _Refused(CLONE_PARENT, "nobody could wait for the container: use daemonize=True to let it go"),
    "thread": _Refused(CLONE_THREAD, "a thread is no container: use threading and pyspaces.setns"),
    "sysvsem": _Refused(
        CLONE_SYSVSEM, "semaphore adjustments cannot be shared with another ipc namespace: leave it out"
    ),
    "settls": _Refused(CLONE_SETTLS, "it is for thread libraries: leave it out"),
    "settid": _Refused(CLONE_PARENT_SETTID, "it is for thread libraries: read Container.pid"),
    "child_cleartid": _Refused(
        CLONE_CHILD_CLEARTID, "it is for thread libraries: wait for Container.sentinel"
    ),
    "detached": _Refused(
        CLONE_DETACHED, "the kernel ignores it since Linux 2.6.2: use daemonize=True to let the container go"
    ),
    "untraced": _Refused(CLONE_UNTRACED, "only the kernel may set it: leave it out"),
    "child_settid": _Refused(
        CLONE_CHILD_SETTID, "it is for thread libraries: call os.getpid() in the container"
    ),
    "io": _Refused(
        CLONE_IO, "an I/O context is shared by threads of one program: use os.nice() or ionice(1)"
    ),
}


def refuse_flag(name: str) -> ValueError:
    """The error for a flag that is not for containers."""
    return ValueError(
        f"{name} (CLONE_{_kernel_name(name)}) makes no sense for a container: {REFUSED_FLAGS[name].reason}"
    )


def _kernel_name(name: str) -> str:
    return {"settid": "PARENT_SETTID"}.get(name, name.upper())


def check_flags(flags: int) -> int:
    """The namespaces that `flags` asks for; raises ValueError for what does not belong there."""
    if not flags:
        return 0
    # The lowest byte of clone(2)'s flags is the signal of the child's end, but for CLONE_NEWTIME.
    exit_signal = flags & 0x7F
    if exit_signal not in (0, signal.SIGCHLD):
        raise ValueError(
            f"flags={flags:#x}: the exit signal {exit_signal} is not supported: wait for Container.sentinel"
        )
    for name, refused in REFUSED_FLAGS.items():
        if flags & refused.flag:
            raise ValueError(f"flags={flags:#x}: {refuse_flag(name)}")
    unknown = flags & ~(ALL_NAMESPACES | 0x7F)
    if flags < 0 or unknown:
        raise ValueError(f"flags={flags:#x}: unknown bits {unknown:#x}")
    return flags & ALL_NAMESPACES


def names_as_options(names: Iterable[str], known: Iterable[str] = ()) -> dict[str, Any]:
    """Names given as positional arguments are switches that are on: ("newpid", "all")."""
    options: dict[str, Any] = {}
    valid = {"all", *known, *REFUSED_FLAGS}
    for namespace in NAMESPACES:
        valid.update((namespace.name, namespace.alias))
    for name in names:
        if name not in valid:
            raise ValueError(
                f"{name!r} is not the name of a namespace; there are "
                + ", ".join(namespace.name for namespace in NAMESPACES)
            )
        options[name] = True
    return options


def pop_namespaces(options: MutableMapping[str, Any]) -> dict[int, Any]:
    """Take the choice for each namespace out of `options`, by its bit; what is None is not chosen."""
    choices: dict[int, Any] = {}
    everything = options.pop("all", False)
    for namespace in NAMESPACES:
        value = options.pop(namespace.name, None)
        alias = options.pop(namespace.alias, None)
        if value is None:
            value = alias
        elif alias is not None and alias != value:
            raise ValueError(
                f"{namespace.name}={value!r} and {namespace.alias}={alias!r} contradict each other"
            )
        if value is None and everything:
            value = True
        if isinstance(value, int):
            if value not in (0, 1):
                raise ValueError(f"{namespace.name}={value}: say which by a path, an open file or a process")
            value = bool(value)
        elif _check.is_path(value):
            _check.path(namespace.name, value)
        elif value is not None and not (hasattr(value, "fileno") or hasattr(value, "pid")):
            what = "True, False, a path, an open file or a process is needed"
            raise _check.refusal(TypeError, namespace.name, value, what)
        if value is not None:
            choices[namespace.bit] = value
    return choices
