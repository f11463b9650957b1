"""Contexts of multiprocessing whose processes are isolated: pools, queues and managers of containers."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.context
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import resource_tracker, spawn
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, ClassVar

from . import (
    _check,
    _executor,
    _popen_fork,
    _popen_forkserver,
    _popen_spawn,
    _preparation,
    _spaces,
)
from ._control import Controls
from ._isolation import SHARED_MEMORY, Isolation
from .options import StrPath
from .pool import Pool
from .result import Result

if TYPE_CHECKING:
    from multiprocessing.managers import SyncManager

    from typing_extensions import Unpack

    from .container import Launch
    from .options import ContextOptions

__all__ = ["IsolatedContext", "IsolatedProcess", "get_context"]

_children: set[BaseProcess] = multiprocessing.process._children  # type: ignore[attr-defined]

_BASES: dict[str, type[BaseProcess]] = {
    "fork": multiprocessing.context.ForkProcess,
    "spawn": multiprocessing.context.SpawnProcess,
    "forkserver": multiprocessing.context.ForkServerProcess,
}


def get_context(
    method: str | None = None, *, executable: StrPath | None = None, **isolation: Unpack[ContextOptions]
) -> IsolatedContext:
    """A context of multiprocessing in which every process is isolated: each in namespaces of its own.

    It has everything that multiprocessing.get_context() gives::

        context = pyspaces.get_context("spawn", all=True, rlimits={"AS": 1 << 30})
        with context.Pool(4) as pool:
            pool.map(work, tasks)

    ``method`` is "fork", "spawn" or "forkserver", by default that of multiprocessing. Neither the default
    start method nor anything else of multiprocessing is changed. ``isolation`` are Container's keywords, but
    those that tell one process from another; what is wrong with them is raised here.

    ``executable`` is the interpreter of "spawn", as the processes see it, so inside rootdir, and the one of
    "forkserver", outside; by default the one that multiprocessing would start (sys.executable).

    Where the processes have another root directory, this system's /dev/shm is mounted there, since semaphores
    and shared memory are files of it, and multiprocessing's sockets are made there; a mount of one's own on
    /dev/shm stays.

    Isolation does not protect this process from what it unpickles: a worker that is in somebody else's hand
    can send a pickle that runs code here. What must not be trusted is for Container, and a pipe of bytes.
    """
    if method is None:
        chosen = multiprocessing.get_start_method(allow_none=True)
        method = chosen or multiprocessing.get_all_start_methods()[0]  # whose first is the default
    if method not in _BASES:
        raise ValueError(f"method={method!r}: one of {', '.join(map(repr, _BASES))} is needed")
    return IsolatedContext(method, Isolation(isolation), executable)


class IsolatedProcess(Controls, BaseProcess):
    """What every process of an isolated context has besides what multiprocessing's have."""

    _context: ClassVar[IsolatedContext]
    _launch: Launch | None = None

    @classmethod
    def _Popen(cls, process_obj: BaseProcess) -> Any:
        return cls._context._start(process_obj)

    def start(self) -> None:
        """Start the process; returns when it runs, or raises what has failed in its isolation."""
        _executor.adapt(self)
        super().start()

    # A start in two halves, so that several processes get ready side by side; no other method may be called
    # in between. With what IsolatedContext._launch_of_forks() gives, _begin_start() does not wait.

    def _begin_start(self, launch: Launch | None) -> None:
        self._launch = launch
        try:
            self.start()
        finally:
            self._launch = None
        if launch is not None:
            _children.discard(self)  # which other threads look at

    def _finish_start(self, timeout_ms: int = -1) -> bool:
        """Wait until the process runs; False: it does not, after this time."""
        popen = self._started_popen()
        try:
            if isinstance(popen, _popen_fork.Popen) and not popen.finish_start(timeout_ms):
                return False
        except BaseException:
            self._abandon_start()
            raise
        _children.add(self)
        return True

    def _abandon_start(self) -> None:
        popen = getattr(self, "_popen", None)
        if isinstance(popen, _popen_fork.Popen):
            popen.abandon_start()
            self._popen: Any = None

    @property
    def sentinel(self) -> int:
        """A descriptor that is ready when the process has ended: with "fork" and "spawn", its pidfd."""
        _executor.explain_deaths()
        sentinel: int = self._started_popen().sentinel
        return sentinel

    @property
    def result(self) -> Result | None:
        """How the process ended, or None as long as it has not."""
        popen = self._started_popen()
        popen.poll()
        result: Result | None = popen.result
        return result

    def send_signal(self, sig: int) -> None:
        """Send a signal to the process itself, also where it has an init."""
        self._started_popen()._send_signal(_check.signal_number("sig", sig))

    def kill_all(self) -> None:
        """Kill everything in the pid namespace of the process; without one of its own, only the process."""
        self._started_popen().kill_all()

    def _handle(self) -> _spaces.spaces_process:
        handle: _spaces.spaces_process = self._started_popen()._handle()
        return handle

    def _ended(self) -> Result | None:
        return self.result

    def _started_popen(self) -> Any:
        self._check_closed()  # type: ignore[attr-defined]
        popen = self._popen
        if popen is None:
            raise ValueError("process not started")
        return popen


class IsolatedContext(BaseContext):
    """A context of multiprocessing in which every process is isolated. pyspaces.get_context() makes it."""

    Process: type[IsolatedProcess]
    """A class with the interface of multiprocessing.Process, and what else a Container can do."""

    def __init__(self, method: str, isolation: Isolation, executable: StrPath | None = None) -> None:
        if method != "fork" and isolation.lacks_shared_memory:
            raise ValueError(
                f"rootdir: this system's {SHARED_MEMORY} is needed there for semaphores and shared memory "
                f"(with newns=True it is mounted; else mount it before, or use the method 'fork')"
            )
        self._name = method
        self._isolation = isolation
        self._executable = None if executable is None else _check.path("executable", executable)
        self._preload = ["__main__"]
        base = _BASES[method]

        def __reduce_ex__(process: BaseProcess, protocol: Any) -> Any:
            if type(process) is not self.Process:
                return object.__reduce_ex__(process, protocol)  # a subclass is found by its name
            return _preparation.reduce_to(base, process)

        self.Process = type(
            base.__name__,
            (IsolatedProcess, base),
            {"__doc__": base.__doc__, "__reduce_ex__": __reduce_ex__, "_context": self},
        )

    # --- Starting -----------------------------------------------------------------------------------------

    def _start(self, process_obj: BaseProcess) -> Any:
        if self._isolation.hides_shared_memory:
            # So that the process and its own find the directory of sockets, too.
            process_obj._config["tempdir"] = self._isolation.shared_directory()  # type: ignore[attr-defined]
        if self._name == "fork":
            # A tracker that the process started itself would take what it has made along at its end.
            if "multiprocessing.shared_memory" in sys.modules:
                resource_tracker.ensure_running()
            # Others come here where this context has been made the default one of multiprocessing.
            launch = process_obj._launch if isinstance(process_obj, IsolatedProcess) else None
            return _popen_fork.Popen(process_obj, self._isolation, launch)
        executable = self._get_executable()
        if self._name == "spawn":
            return _popen_spawn.Popen(process_obj, self._isolation, executable)
        return _popen_forkserver.Popen(process_obj, self._isolation, (executable, tuple(self._preload)))

    @contextlib.contextmanager
    def _launch_of_forks(self) -> Iterator[Launch | None]:
        """What is the same for all forks; None with other methods."""
        if self._name != "fork":
            yield None
            return
        launch = self._isolation.for_callable()
        try:
            yield launch
        finally:
            launch.close()

    def _get_executable(self) -> bytes:
        return os.fsencode(self._executable or spawn.get_executable())

    def set_executable(self, executable: StrPath) -> None:
        """The interpreter for this context's processes, as get_context() has it."""
        self._executable = _check.path("executable", executable)

    def set_forkserver_preload(self, module_names: list[str]) -> None:
        """The modules that the fork server imports beforehand; default: the main module."""
        names = _check.items("module_names", module_names, "names of modules")
        self._preload = [os.fsdecode(_check.text(f"module_names[{i}]", name)) for i, name in enumerate(names)]

    def get_context(self, method: str | None = None) -> IsolatedContext:  # type: ignore[override]
        """This context, or one of another start method with the same isolation."""
        if method is None or method == self._name:
            return self
        if method not in _BASES:
            raise ValueError(f"cannot find context for {method!r}")
        return IsolatedContext(method, self._isolation, self._executable)

    # --- What belongs to processes ------------------------------------------------------------------------

    def Pool(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
    ) -> Pool:
        """A pool of isolated workers; the death of one is a WorkerLostError of the task that it had."""
        return Pool(processes, initializer, initargs, maxtasksperchild, context=self)

    def Manager(self) -> SyncManager:
        """A manager, whose server is a process of this context."""
        from multiprocessing.managers import SyncManager

        # Named here: a server in another root directory would choose one that is not seen outside.
        address = tempfile.mktemp(prefix="listener-", dir=self._isolation.shared_directory())
        manager = SyncManager(address=address, ctx=self)
        manager.start()
        return manager
