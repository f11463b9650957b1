"""Container: a process in namespaces of its own, with the interface of multiprocessing.Process."""

from __future__ import annotations

import io
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.process import BaseProcess
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from . import _arguments, _check, _files, _spaces, _spec, _stdio, cloning
from ._control import Controls
from ._popen import Popen
from ._stdio import is_given
from ._steps import METHODS, SETUP_METHODS, Steps
from .options import SWITCHES, ContainerOptions
from .result import Result

if TYPE_CHECKING:
    from typing_extensions import Unpack

_OPTIONS = ContainerOptions.__optional_keys__


class Launch(NamedTuple):
    """What Popen is told to start."""

    spec: _spaces.spaces_spec
    is_program: bool
    opened: Iterable[int]  # descriptors of this process that only the child needs

    def close(self) -> None:
        for fd in self.opened:
            os.close(fd)


class Container(Steps, Controls, multiprocessing.Process):
    """A process in new namespaces, with the interface of multiprocessing.Process.

    It runs a callable (``target``, or ``run()`` of a subclass) in a fork of this process, or a program
    (``argv``), which is started without fork() and so is safe and quick in a process with threads::

        Container(target=work, args=(1,), newpid=True, newuser=True, newns=True)
        Container(argv=["ps", "ax"], all=True)

    The arguments are those of multiprocessing.Process and, as keywords, those of ContainerOptions in
    pyspaces.options; docs/python.md explains them. Names of namespaces and switches may also be positional
    arguments: ``Container("newpid", "newuser", target=work)``.

    What fails before the target runs is an exception of start(), and nothing is left of the container then.

    A subclass can override these methods, which run in the container in this order: preup, daemonize, chroot,
    chdir, chtty, exceptup (where one of them failed), postup (always); then preexec, the target, exceptexec
    (where one of these failed), postexec (always). If one of the first group is overridden, what fails there
    is told by the container itself, with a traceback and exit code 1.
    """

    stdin: IO[bytes] | None = None
    """The caller's end of the pipe, with stdin=subprocess.PIPE; so are stdout and stderr."""
    stdout: IO[bytes] | None = None
    stderr: IO[bytes] | None = None
    terminal: io.FileIO | None = None
    """The caller's side of the pseudoterminal, with terminal=True."""

    def __init__(
        self,
        *positional: Any,
        target: Callable[..., object] | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        **options: Unpack[ContainerOptions],
    ) -> None:
        given: dict[str, Any] = {"target": target, "args": args, "kwargs": kwargs, **options}
        if positional and isinstance(positional[0], str):
            # Process has `group` there, which is never a string.
            given.update(cloning.names_as_options(positional, SWITCHES))
        elif len(positional) > 5:
            raise TypeError(f"Container takes at most 5 positional arguments, {len(positional)} were given")
        else:
            given.update(zip(("group", "target", "name", "args", "kwargs"), positional))

        unknown = given.keys() - _OPTIONS - {"target", "args", "kwargs"} - cloning.REFUSED_FLAGS.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} got an unexpected keyword argument {min(unknown)!r}")
        for name in given.keys() & cloning.REFUSED_FLAGS.keys():
            if name in _OPTIONS and not isinstance(given[name], int):
                continue  # `files` is also what is to be made, and that is no switch
            if given.pop(name):
                raise cloning.refuse_flag(name)
        given = _arguments.options(given)

        self.args = positional
        self.clone_flags = cloning.check_flags(given.pop("flags", None) or 0)
        self._choices = cloning.pop_namespaces(given)
        self.clone_flags |= sum(bit for bit, value in self._choices.items() if value is True)
        self.uid_map = given.pop("uid_map", None)
        self.gid_map = given.pop("gid_map", None)
        self.map_zero = given.pop("map_zero", False)
        self.proc = given.pop("proc", None) or "/proc"
        self.argv = given.pop("argv", None)
        process_options = {name: given.pop(name, None) for name in ("group", "name", "daemon")}
        self.kwargs = self._with_defaults(given)

        if self.argv is not None and (
            self.kwargs["target"] is not None or self._overrides(BaseProcess, "run")
        ):
            raise ValueError("a container runs a program (argv) or a callable (target, run), not both")
        if self.kwargs["daemonize"] and (
            self.kwargs["terminal"] or any(_stdio.is_pipe(self.kwargs[name]) for name in _stdio.NAMES)
        ):
            raise ValueError("a daemon has no pipe to its starter and no terminal: give it files")
        super().__init__(
            target=self.kwargs["target"],
            args=self.kwargs["args"],
            kwargs=self.kwargs["kwargs"],
            **process_options,
        )

    @staticmethod
    def _with_defaults(given: dict[str, Any]) -> dict[str, Any]:
        """The options that the methods of the container read: those with a default always have their key."""
        options: dict[str, Any] = {
            "daemonize": False,
            "rootdir": None,
            "workdir": None,
            "terminal": False,
            **given,
        }
        options["args"] = tuple(options["args"])
        options["kwargs"] = dict(options["kwargs"] or {})
        if not is_given(options["workdir"]):
            options["workdir"] = "/" if is_given(options["rootdir"]) else None
        for name in _stdio.NAMES:
            options.setdefault(name, None)
            if options["daemonize"] and not is_given(options[name]):
                options[name] = os.devnull
        return options

    # --- The interface of multiprocessing.Process ---------------------------------------------------------

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Popen:  # type: ignore[override]
        return Popen(process_obj)

    if hasattr(BaseProcess, "_after_fork"):

        @staticmethod
        def _after_fork() -> None:
            # Ours is always a fork, whatever the start method of multiprocessing's default context is.
            BaseProcess._after_fork()  # type: ignore[attr-defined]

    def start(self) -> None:
        """Start the container; returns when its program or callable runs, or raises what has failed."""
        super().start()
        # As multiprocessing does, so that the target and this object do not keep each other alive.
        for name in ("target", "args", "kwargs"):
            self.kwargs.pop(name, None)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the container has ended, or for so many seconds."""
        if timeout is not None:
            _check.timeout("timeout", timeout)
        super().join(timeout)

    def close(self) -> None:
        """Let go of everything that the container, which must have ended, still holds here."""
        super().close()
        for file in (self.stdin, self.stdout, self.stderr, self.terminal):
            if file is not None:
                file.close()

    def send_signal(self, sig: int) -> None:
        """Send a signal to the program itself, also where it has an init."""
        self._started_popen()._send_signal(_check.signal_number("sig", sig))

    def kill_all(self) -> None:
        """Kill everything in the container's pid namespace; without one of its own, only the program."""
        self._started_popen().kill_all()

    @property
    def result(self) -> Result | None:
        """How the container ended, or None as long as it has not."""
        popen = self._started_popen()
        popen.poll()
        return popen.result

    def _handle(self) -> _spaces.spaces_process:
        return self._started_popen()._handle()

    def _ended(self) -> Result | None:
        return self.result

    def _started_popen(self) -> Popen:
        self._check_closed()  # type: ignore[attr-defined]
        popen: Popen | None = self._popen  # type: ignore[attr-defined]
        if popen is None:
            raise ValueError("process not started")
        return popen

    # --- What is to be started ----------------------------------------------------------------------------

    def explain(self, as_json: bool = False) -> str:
        """The steps that start() would take, as text or JSON. Nothing is run."""
        launch = self._prepare()
        try:
            return launch.spec.explain(
                _spaces.SPACES_EXPLAIN_JSON if as_json else _spaces.SPACES_EXPLAIN_TEXT
            )
        finally:
            launch.close()

    def _prepare(self) -> Launch:
        options = self.kwargs
        given_spec = options.get("spec")
        hooked = self._overrides(Container, *METHODS)
        is_program = not hooked and (
            self.argv is not None
            or (
                given_spec is not None
                and options["target"] is None
                and not self._overrides(BaseProcess, "run")
            )
        )
        self._setup_in_python = not is_program and self._overrides(Container, *SETUP_METHODS)
        self._streams: dict[int, int] = {}

        spec = _spec.load(options)
        has_base = _spec.has_base(options)
        if self.argv is not None and not hooked:
            spec.set_args(self.argv)
        if is_program and (not has_base or options.get("env") is not None):
            _spec.set_environment(spec, options.get("env"))
        if not is_program:
            spec.set_inherit_signals(True)  # the interpreter goes on, and needs its handlers
        maps = _spec.set_id_maps(spec, self.uid_map, self.gid_map, self.map_zero)
        namespaces = self._set_namespaces(spec, maps and not has_base)
        _spec.set_process(spec, options)
        _spec.set_descriptors(spec, options.get("pass_fds") or ())
        launch = Launch(spec, is_program, self._streams.values())
        if self._setup_in_python:
            try:
                self._leave_setup_to_methods(spec, namespaces)
            except BaseException:
                launch.close()
                raise
        else:
            self._set_up_by_library(spec, namespaces)
        return launch

    def _set_namespaces(self, spec: _spaces.spaces_spec, has_map: bool) -> Mapping[int, Any]:
        """Tell the Spec which namespaces; returns the choices by bit."""
        choices = _spec.namespace_choices(self._choices, self.clone_flags, has_map)
        _spec.set_namespaces(spec, choices)
        return choices

    def _set_up_by_library(self, spec: _spaces.spaces_spec, namespaces: Mapping[int, Any]) -> None:
        options = self.kwargs
        _spec.set_root(spec, options, namespaces)
        _files.tell(spec, options)
        if is_given(options["workdir"]):
            spec.set_cwd(options["workdir"])
        for stream, name in enumerate(_stdio.NAMES):
            _stdio.set_stream(spec, stream, options[name])
        _spec.set_credentials(spec, options)
        if options["daemonize"]:
            spec.set_new_session(True)
            if options.get("umask") is None:
                spec.set_umask(0)

    def _leave_setup_to_methods(self, spec: _spaces.spaces_spec, namespaces: Mapping[int, Any]) -> None:
        """Give libspaces what cannot be done later, and leave the rest to the methods of the container."""
        options = self.kwargs
        for name in ("confine", "system_root"):
            if options.get(name):
                what = "the root directory is changed before any method could run: use no methods of your own"
                raise _check.refusal(ValueError, name, options[name], what)
        for name in ("readonly", "default_mounts", *_files.IN_ROOT):
            if is_given(options["rootdir"]) and options.get(name):
                what = "the root directory is changed after preup() here; mount in preup()"
                raise _check.refusal(ValueError, name, options[name], what)
        if is_given(options["rootdir"]) and options.get("landlock"):
            what = "its paths are those of the root directory, which is changed after preup() here"
            raise _check.refusal(ValueError, "landlock", options["landlock"], what)
        below = os.fsdecode(options["rootdir"]) if is_given(options["rootdir"]) else ""
        _files.tell(spec, options, below)
        has_own_proc = all(namespaces.get(bit) is True for bit in (cloning.CLONE_NEWPID, cloning.CLONE_NEWNS))
        if below and has_own_proc and options.get("mount_proc") is not False:
            spec.add_mount("proc", below + "/proc", "proc", "nosuid,nodev,noexec")
        for stream, name in enumerate(_stdio.NAMES):
            value = options[name]
            if _stdio.is_pipe(value):
                _stdio.set_stream(spec, stream, value)
            elif is_given(value) and not _stdio.is_merge(stream, value):
                self._streams[stream] = _stdio.open_stream(stream, value)

    def _overrides(self, base: type, *names: str) -> bool:
        """Whether this object has a method of its own in place of one of `base`."""
        if type(self) is Container and self.__dict__.keys().isdisjoint(names):
            return False  # without a look at each, which would copy its page after a fork
        return any(
            getattr(getattr(self, name), "__func__", None) is not getattr(base, name) for name in names
        )

    def _run_in_container(self, parent_sentinel: int) -> int:
        # run() is what multiprocessing calls; what it would have called is called by runup().
        self._inner_run = self.run
        self.__dict__["run"] = self.runup
        return int(self._bootstrap(parent_sentinel=parent_sentinel))  # type: ignore[attr-defined]
