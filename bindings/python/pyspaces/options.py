"""The keyword arguments of Container, Chroot and Inject, as types."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypedDict, Union


class HasFileno(Protocol):
    def fileno(self) -> int: ...


class HasPid(Protocol):
    @property
    def pid(self) -> int | None: ...


StrPath = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
IdMap = Union[bool, int, str, Sequence[Union[int, str, tuple[int, int, int]]], None]
NamespaceChoice = Union[bool, StrPath, HasFileno, HasPid, None]
Stream = Union[None, Literal[False], int, StrPath, HasFileno]
Mount = Union[Mapping[str, Any], Sequence[Any]]


class CommonOptions(TypedDict, total=False):
    """What Container, Chroot and Inject take besides their own arguments. All may be left out."""

    # What to run, as in multiprocessing.Process; or a program.
    group: None
    name: str | None
    daemon: bool | None
    argv: Sequence[StrPath] | None

    # Namespaces: True for a new one (Inject: the other process'), False to share the caller's in spite of
    # `all`, or one to join: a path, an open file, or a process. What is not given is as `all` says.
    all: bool
    user: NamespaceChoice
    newuser: NamespaceChoice
    cgroup: NamespaceChoice
    newcgroup: NamespaceChoice
    ipc: NamespaceChoice
    newipc: NamespaceChoice
    uts: NamespaceChoice
    newuts: NamespaceChoice
    net: NamespaceChoice
    newnet: NamespaceChoice
    pid: NamespaceChoice
    newpid: NamespaceChoice
    time: NamespaceChoice
    newtime: NamespaceChoice
    mnt: NamespaceChoice
    newns: NamespaceChoice
    flags: int

    # The user namespace.
    uid_map: IdMap
    gid_map: IdMap
    map_zero: bool
    setgroups: bool | None

    # The program or callable.
    executable: StrPath | None
    workdir: StrPath | Literal[False] | None
    env: Mapping[str, str] | None
    stdin: Stream
    stdout: Stream
    stderr: Stream
    daemonize: bool
    uid: int | None
    gid: int | None
    groups: Sequence[int] | None
    umask: int | None
    rlimits: Mapping[str | int, int | tuple[int, int]] | None
    no_new_privs: bool
    oom_score_adj: int | None
    new_session: bool
    process_group: int | None
    terminal: bool
    terminal_size: tuple[int, int] | None
    pass_fds: Sequence[int | HasFileno] | Mapping[int, int | HasFileno]

    # The system it sees.
    hostname: str | None
    domainname: str | None
    time_offsets: Mapping[str, float] | None
    readonly: bool
    pivot_root: bool
    propagation: str | None
    mounts: Sequence[Mount]
    default_mounts: bool
    mount_proc: bool | None

    # Its life.
    init: bool
    time_limit: float | None  # above 0; None: no limit
    time_limit_grace: float
    die_with_parent: bool

    # Everything else, in the words of the OCI runtime specification.
    spec: str | bytes | Mapping[str, Any] | None


class ContainerOptions(CommonOptions, total=False):
    """The same for Container."""

    rootdir: StrPath | Literal[False] | None
    proc: StrPath


# Switches that may also be given by name alone, as positional arguments.
SWITCHES = ("map_zero", "daemonize")
