"""What can be done to a running process besides signals: its control group, its mounts, its filter."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import time
from types import TracebackType

from . import _check, _files, _resources, _spaces, errors
from .options import Json, StrPath
from .result import Result

# The library waits for so long at most, so that signal handlers of Python run in between.
_SLICE = 100  # milliseconds


class Events:
    """What happens in a control group: a descriptor to wait for, and counts to read.

    Readable, as any select(), poll() or event loop finds by fileno(), when something has happened that read()
    counts. A context manager, which closes it.
    """

    def __init__(self, handle: _spaces.spaces_process) -> None:
        self._handle = handle
        self._fd = handle.events_fd()

    def fileno(self) -> int:
        """The descriptor; -1 when it is closed."""
        return self._fd

    def read(self) -> dict[str, int]:
        """How often it has happened since the start ("memory.oom_kills", "pids.limit_hits" …).

        The descriptor is readable again when something else has happened.
        """
        return dict(json.loads(self._handle.read_events()))

    def close(self) -> None:
        """Close the descriptor."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Events:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):  # where there is no descriptor
            self.close()


class Controls:
    """Methods of all objects that are a process which was started.

    Those about the control group need a process that has one: by a limit, by own_cgroup=True or cgroup_path,
    or by join_cgroup. Otherwise, and when the process has ended, they raise an Error.
    """

    def _handle(self) -> _spaces.spaces_process:
        """The process as libspaces has it; an exception where it has ended."""
        raise NotImplementedError

    def _ended(self) -> Result | None:
        """How it has ended, or None."""
        raise NotImplementedError

    def freeze(self, timeout: float | None = None) -> None:
        """Stop everything in the control group, and return when it stands still.

        A TimeoutError, if it does not after so many seconds; it then freezes as soon as it can. What is
        frozen can be killed.
        """
        if timeout is not None:
            _check.timeout("timeout", timeout)
        end = None if timeout is None else time.monotonic() + max(0.0, timeout)
        while True:
            left = _SLICE if end is None else max(0, math.ceil((end - time.monotonic()) * 1000))
            try:
                return self._handle().freeze(min(left, _SLICE))
            except errors.Error as error:
                if error.code != _spaces.SPACES_ETIMEOUT or (left <= _SLICE and end is not None):
                    raise

    def thaw(self) -> None:
        """Let it go on."""
        self._handle().thaw()

    def stats(self) -> dict[str, int]:
        """What the process and all that it has started have used, by the same keys in both versions of
        control groups: "cpu.usage_usec", "memory.current", "memory.peak", "pids.current", "io.read_bytes" …

        A key is missing where the kernel does not tell, and for a limit that is none. When the process has
        ended: what it was then, as in its result.
        """
        ended = self._ended()
        if ended is not None and ended.statistics:
            return dict(ended.statistics)
        return dict(json.loads(self._handle().stats()))

    def events(self) -> Events:
        """What happens in its control group from now on, to be waited for."""
        return Events(self._handle())

    def cgroups(self) -> list[str]:
        """The directories of its control groups."""
        return list(json.loads(self._handle().cgroups()))

    def set_limit(self, key: str, value: int | str) -> None:
        """Change a limit, by its name as in limits: ``set_limit("memory.max", "1G")``."""
        name = _check.word("the name of a limit")("key", key)
        self._handle().set_cgroup(name, _resources.limit("value", value))

    def set_resources(self, resources: Json) -> None:
        """Change several limits at once: an object as OCI's linux.resources."""
        self._handle().set_resources(_check.json_text("resources", resources))

    def mount(
        self,
        source: StrPath | None,
        destination: StrPath,
        type: str | None = None,
        options: str | list[str] | None = None,
    ) -> None:
        """Mount something in its mount namespace; the arguments are those of an entry of mounts.

        ``source`` is a path of this process, ``destination`` one of the other's root directory.
        """
        source, destination, type, words = _files.mount_words((source, destination, type, options), "mount()")
        self._handle().mount(source, destination, type, words)

    def unmount(self, destination: StrPath, lazily: bool = False) -> None:
        """Unmount what is mounted there; ``lazily``: also while it is in use."""
        lazily = _check.switch("lazily", lazily)
        self._handle().unmount(_check.path("destination", destination), lazily)

    def take_seccomp_fd(self) -> int:
        """The descriptor for the notifications of its filter (seccomp_unotify(2)), which the caller closes.

        As long as it is open, system calls with SCMP_ACT_NOTIFY wait for an answer; without it they fail.
        """
        return self._handle().take_fd(_spaces.SPACES_SECCOMP)


def has_ended(pid: int | None) -> errors.Error:
    """The exception for what can only be done to a process that runs."""
    which = "the process" if pid is None else f"process {pid}"
    return errors.from_errno(
        errno.ESRCH,
        f"{which} has ended",
        code=_spaces.SPACES_ENOTFOUND,
        step="process",
        object=str(pid or ""),
    )
