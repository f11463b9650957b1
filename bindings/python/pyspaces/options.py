"""The keyword arguments of Container, Chroot, Inject and Popen, as types."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
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
Redirection = Union[None, int, HasFileno]  # a stream as subprocess takes it: no path
Mount = Union[Mapping[str, Any], Sequence[Any]]
Json = Union[str, bytes, Mapping[str, Any]]  # an object, as a mapping or as text
Names = Union[str, Iterable[str]]  # or one


class LandlockRules(TypedDict, total=False):
    """What landlock(7) leaves within reach. An empty one allows nothing of its kind."""

    paths: Mapping[Any, str | Sequence[str]]  # "read,execute" by the path; also write, all, make_dir ...
    bind: Iterable[int]  # TCP ports
    connect: Iterable[int]
    scope: Sequence[str]  # "signal", "abstract_unix_socket": only to processes inside
    optional: bool  # start also where the kernel has no Landlock


class IsolationOptions(TypedDict, total=False):
    """What isolates a process, whatever starts it. All may be left out."""

    # Namespaces: True for a new one (Inject: the other process'), False to share the caller's in spite of
    # `all`, or one to join: a path, an open file, or a process. What is not given is as `all` says.
    all: bool
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

    # Limits of the process.
    rlimits: Mapping[str | int, int | tuple[int, int]] | None
    oom_score_adj: int | None

    # Its control group: limits of the process and all that it starts.
    memory: int | str | None  # bytes, or as "512M"
    cpus: float | None  # processors
    pids_limit: int | Literal["max"] | None
    limits: Mapping[str, int | str] | None  # by the kernel's names in version 2, {"memory.high": "1G"}
    resources: Json | None  # OCI's linux.resources
    device_rules: Iterable[str | tuple[bool, str]] | None  # "allow c 1:3 rwm", "deny a"
    own_cgroup: bool  # also without a limit
    cgroup_path: StrPath | None
    cgroup_manager: Literal["auto", "cgroupfs", "systemd"] | None
    cgroup_fallback: bool
    join_cgroup: int | str | HasPid | None

    # All that keeps a process away that is not trusted, in one word; what is given besides changes it.
    confine: Literal["sandbox"] | None

    # Its privileges.
    cap_add: Names | None
    cap_drop: Names | None
    capabilities: Mapping[str, Names] | None  # by OCI's sets: bounding, effective ...
    securebits: Names | None
    no_new_privs: bool
    new_keyring: bool
    apparmor_profile: str | None
    selinux_label: str | None
    mount_label: str | None  # of the file systems that are mounted anew
    landlock: LandlockRules | None
    seccomp: Json | None  # "default", or a profile of OCI
    seccomp_report: bool
    seccomp_cache: StrPath | None

    # How it runs.
    nice: int | None
    scheduler: str | tuple[str, int] | None  # "batch", "fifo:50"
    io_priority: str | tuple[str, int] | None  # "idle", "be:7"
    cpu_affinity: str | Iterable[int] | None  # "0-3,7"
    personality: str | None  # "linux32"
    sysctl: Mapping[str, int | str] | None

    # The system it sees.
    hostname: str | None
    domainname: str | None
    time_offsets: Mapping[str, float] | None
    system_root: bool  # a root directory that shows this system, read-only
    readonly: bool
    pivot_root: bool
    propagation: str | None
    mounts: Sequence[Mount]
    default_mounts: bool
    default_devices: bool
    mount_proc: bool | None
    directories: Iterable[StrPath] | Mapping[Any, int] | None  # in memory; or their modes by the path
    files: Mapping[Any, str | bytes | tuple[str | bytes, int]] | None  # in memory: content, or with mode
    symlinks: Mapping[Any, StrPath] | None  # targets by the path
    devices: Iterable[StrPath | tuple[StrPath, StrPath]] | None  # of the caller
    masked_paths: Iterable[StrPath] | None
    readonly_paths: Iterable[StrPath] | None

    # Its life.
    init: bool
    time_limit: float | None  # above 0; None: no limit
    time_limit_grace: float
    die_with_parent: bool

    # Everything else, in the words of the OCI runtime specification.
    spec: Json | None


class TerminalOptions(TypedDict, total=False):
    """A pseudoterminal in place of the standard streams."""

    terminal: bool
    terminal_size: tuple[int, int] | None


class ProgramOptions(IsolationOptions, TerminalOptions, total=False):
    """What Popen, run() and the like take besides the arguments that decide the type of their result.

    Those of subprocess mean what they mean there.
    """

    # Of subprocess.Popen.
    bufsize: int
    executable: StrPath | None
    stdin: Redirection
    stdout: Redirection
    stderr: Redirection
    preexec_fn: None
    close_fds: bool
    shell: bool
    cwd: StrPath | None
    env: Mapping[str, StrPath] | Mapping[bytes, StrPath] | None
    startupinfo: None
    creationflags: Literal[0]
    restore_signals: bool
    start_new_session: bool
    pass_fds: Iterable[int] | Mapping[int, int | HasFileno]
    user: str | int | None
    group: str | int | None
    extra_groups: Iterable[str | int] | None
    umask: int
    pipesize: int  # since Python 3.10
    process_group: int | None  # since Python 3.11

    # Of Container.
    rootdir: StrPath | Literal[False] | None


class CallOptions(ProgramOptions, total=False):
    """The same for call() and check_call(), whose result is of one type."""

    text: bool | None
    encoding: str | None
    errors: str | None
    universal_newlines: bool | None


class ProcessOptions(IsolationOptions, total=False):
    """What isolates a process of multiprocessing, and says how it is to be."""

    user: NamespaceChoice  # the namespace, as newuser
    workdir: StrPath | Literal[False] | None
    env: Mapping[str, str] | None
    stdout: Stream
    stderr: Stream
    uid: int | None
    gid: int | None
    groups: Sequence[int] | None
    umask: int | None
    new_session: bool
    process_group: int | None
    pass_fds: Sequence[int | HasFileno] | Mapping[int, int | HasFileno]


class ContextOptions(ProcessOptions, total=False):
    """What get_context() takes: what all processes of a context can share."""

    rootdir: StrPath | Literal[False] | None


class CommonOptions(ProcessOptions, TerminalOptions, total=False):
    """What Container, Chroot and Inject take besides their own arguments. All may be left out."""

    # What to run, as in multiprocessing.Process; or a program.
    group: None
    name: str | None
    daemon: bool | None
    argv: Sequence[StrPath] | None
    executable: StrPath | None

    stdin: Stream
    daemonize: bool


class ContainerOptions(CommonOptions, total=False):
    """The same for Container."""

    rootdir: StrPath | Literal[False] | None
    proc: StrPath


# Switches that may also be given by name alone, as positional arguments.
SWITCHES = ("map_zero", "daemonize")
