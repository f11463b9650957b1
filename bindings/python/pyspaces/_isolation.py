"""Isolation: how every process of a multiprocessing context is isolated, and the Spec for one of them."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import process, util
from typing import Any, NamedTuple

from . import _arguments, _check, _stdio, _steps, cloning
from .container import Container, Launch
from .options import ContainerOptions

SHARED_MEMORY = "/dev/shm"

# What each process brings with it, or what multiprocessing decides.
_OF_THE_PROCESS = ("group", "target", "name", "args", "kwargs", "daemon")
_REFUSED: Mapping[str, str] = {
    "argv": "the processes of a context run callables: use Container for a program",
    "daemonize": "nobody could wait for the process: use Container",
    "terminal": "there is one for each process, and nothing that would hand it out: use Container",
    "terminal_size": "there is no terminal: use Container",
    "stdin": "multiprocessing gives /dev/null to every process: pass a Pipe() or a Queue()",
    "proc": "it is for Inject",
}
_MOUNTS_AND_ROOT = {
    "all",
    "mnt",
    "newns",
    "flags",
    "confine",
    "rootdir",
    "system_root",
    "pivot_root",
    "mounts",
    "default_mounts",
    "directories",
    "spec",
}


class Descriptor(NamedTuple):
    """A descriptor in the place of the open file that was given for an option."""

    number: int

    def fileno(self) -> int:
        return self.number


class _NoProcess(multiprocessing.Process):
    """Takes the place of multiprocessing.Process below a Container that is only asked for its Spec."""

    def __init__(self, **options: Any) -> None:
        pass  # so that it is not counted in the names of processes


class _Template(Container, _NoProcess):
    pass


class Isolation:
    """Container's options, but those that tell one process from another: checked once, used by all."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        for name in options.keys() & {*_OF_THE_PROCESS}:
            raise TypeError(f"{name}: give it to Process(); a context takes what all of its processes share")
        self.options = {name: value for name, value in options.items() if value is not None}
        for name in self.options.keys() & _REFUSED.keys():
            if self.options[name] is not False:
                raise ValueError(f"{name}={self.options[name]!r}: {_REFUSED[name]}")
        for name in _stdio.NAMES:
            if _stdio.is_pipe(self.options.get(name)):
                raise ValueError(f"{name}=subprocess.PIPE: its other end would be lost: use Container")
        unknown = self.options.keys() - ContainerOptions.__optional_keys__ - cloning.REFUSED_FLAGS.keys()
        if unknown:
            raise TypeError(f"get_context() got an unexpected keyword argument {min(unknown)!r}")
        # Once for all: an iterator has its items once, and not every mapping can be pickled.
        self.options = _arguments.options(self.options)
        self._callable = _Template(target=os.getpid, **self.options)
        self._program = _Template(argv=["python"], **self.options)
        self.hides_shared_memory, self.lacks_shared_memory = self._look_at_shared_memory()

    # --- What is to be started ----------------------------------------------------------------------------

    def for_callable(self) -> Launch:
        """What spaces_fork_begin() needs. The caller closes it."""
        return self._prepare(self._callable)

    def for_program(self, argv: Sequence[Any], fds: Sequence[int]) -> Launch:
        """What spaces_spawn() needs for a program that gets these descriptors under their own numbers."""
        launch = self._prepare(self._program)
        launch.spec.set_args(argv)
        given = self.options.get("pass_fds") or ()
        # As Container understands them: a list keeps its numbers, and those are this process' own.
        targets = given.keys() if isinstance(given, Mapping) else ()
        for fd in fds:
            if fd in targets:
                launch.close()
                raise ValueError(
                    f"pass_fds: {fd} is a descriptor of multiprocessing here: take another number"
                )
            launch.spec.add_fd(fd, fd)
        return launch

    def enter(self) -> None:
        """The part that is done in Python, in a forked process."""
        if self.options.get("env") is not None:
            _steps.set_environment(self.options["env"])
        for stream, name in enumerate(_stdio.NAMES):
            if _stdio.is_given(self.options.get(name)):
                _stdio.rebind(stream)

    @property
    def has_own_directory(self) -> bool:
        """Whether the processes do not start in the working directory of this one."""
        return any(
            _stdio.is_given(self.options.get(name))
            for name in ("confine", "rootdir", "system_root", "workdir", "spec")
        )

    def _prepare(self, template: Container) -> Launch:
        launch = template._prepare()
        if self.hides_shared_memory:
            # Semaphores and shared memory are files there, which processes open by name.
            launch.spec.add_mount(SHARED_MEMORY, SHARED_MEMORY, "bind", "rbind,nosuid,nodev")
        return launch

    # --- Files that processes share -----------------------------------------------------------------------

    def _look_at_shared_memory(self) -> tuple[bool, bool]:
        """Whether it has to be mounted for the processes to see it, and whether that is impossible.

        What has been mounted there on purpose stays.
        """
        look_at = {name: self.options[name] for name in self.options.keys() & _MOUNTS_AND_ROOT}
        if self.options.get("mnt", self.options.get("newns")) not in (True, False, None):
            look_at["mnt"] = "/proc/self/ns/mnt"  # any, since an open file has no text form
            look_at.pop("newns", None)
        config: dict[str, Any] = json.loads(_Template(target=os.getpid, **look_at)._prepare().spec.to_json())
        root = config.get("root", {}).get("path")
        made = [each["destination"] for each in config.get("mounts", ())]
        made += [each["path"] for each in config.get("spaces", {}).get("files", ())]
        if SHARED_MEMORY in map(os.path.normpath, made):
            return False, False
        extension = config.get("spaces", {})
        if root is None and not extension.get("defaultMounts") and not extension.get("systemRoot"):
            return False, False
        namespaces = config.get("linux", {}).get("namespaces", ())
        if any(each["type"] == "mount" and not each.get("path") for each in namespaces):
            return True, False
        try:
            return False, not os.path.samefile((root or "") + SHARED_MEMORY, SHARED_MEMORY)
        except OSError:
            return False, True

    def shared_directory(self) -> str:
        """The directory for sockets of multiprocessing, where the processes see it too.

        It belongs to this process and is removed at its end, as the one that multiprocessing would make.
        """
        if not self.hides_shared_memory:
            return str(util.get_temp_dir())
        config = process.current_process()._config  # type: ignore[attr-defined]
        directory = config.get("tempdir")
        if directory is None or not directory.startswith(SHARED_MEMORY + "/"):
            directory = tempfile.mkdtemp(prefix="pymp-", dir=SHARED_MEMORY)
            # multiprocessing itself does this with a directory of its own, and where it is kept is here.
            util.Finalize(None, _remove_directory, args=(directory, config), exitpriority=-100)
            config["tempdir"] = directory
        return str(directory)

    # --- On the way to another process --------------------------------------------------------------------

    def packed(self, pack: Callable[[int], int]) -> dict[str, Any]:
        """The options for a process that has none of our files: `pack` sends a descriptor and numbers it."""
        options = dict(self.options)
        for namespace in cloning.NAMESPACES:
            for name in (namespace.name, namespace.alias):
                value = options.get(name)
                if hasattr(value, "fileno"):
                    options[name] = _Packed(pack(_stdio.descriptor(value, name)))
                elif hasattr(value, "pid"):
                    options[name] = f"/proc/{_check.pid_of(value, name)}/ns/{namespace.name}"
        if hasattr(options.get("join_cgroup"), "pid"):
            options["join_cgroup"] = _check.pid_of(options["join_cgroup"], "join_cgroup")
        for name in ("stdout", "stderr"):
            value = options.get(name)
            if hasattr(value, "fileno") or (_stdio.is_given(value) and isinstance(value, int) and value >= 0):
                options[name] = _Packed(pack(_stdio.descriptor(value, name)))
        given = options.get("pass_fds")
        if given:
            pairs = given.items() if isinstance(given, Mapping) else ((_number(fd), fd) for fd in given)
            options["pass_fds"] = {target: _Packed(pack(_number(fd))) for target, fd in pairs}
        return options

    @classmethod
    def unpacked(cls, options: dict[str, Any], fds: Sequence[int]) -> Isolation:
        """The other way round, with the descriptors that have arrived."""

        def unpack(value: Any) -> Any:
            return Descriptor(fds[value.position]) if isinstance(value, _Packed) else value

        unpacked = {name: unpack(value) for name, value in options.items()}
        if "pass_fds" in options:
            unpacked["pass_fds"] = {key: unpack(fd) for key, fd in options["pass_fds"].items()}
        return cls(unpacked)


class _Packed(NamedTuple):
    position: int


def _remove_directory(directory: str, config: dict[str, Any]) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    if config.get("tempdir") == directory:
        config["tempdir"] = None


def _number(fd: Any) -> int:
    return _stdio.descriptor(fd, "pass_fds")
