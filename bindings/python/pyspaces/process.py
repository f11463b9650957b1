"""Chroot and Inject: containers in another root directory, and in the namespaces of other processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import _check, _namespaces, _spaces, _spec, cloning
from .container import Container
from .options import CommonOptions, ContainerOptions, StrPath

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Chroot", "Container", "Inject"]


class Chroot(Container):
    """A Container in another root directory, in new user and mount namespaces.

    ``path`` is that directory; the other arguments are Container's.
    """

    def __init__(
        self,
        path: StrPath,
        target: Callable[..., object] | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *cargs: Any,
        **ckwargs: Unpack[ContainerOptions],
    ) -> None:
        options: dict[str, Any] = dict(ckwargs)
        if "rootdir" in options:
            raise TypeError("rootdir: Chroot has its root directory from path")
        options["rootdir"] = _check.path("path", path)
        for namespace in cloning.NAMESPACES:
            if namespace.bit in (cloning.CLONE_NEWUSER, cloning.CLONE_NEWNS) and not (
                {namespace.name, namespace.alias} & options.keys()
            ):
                options[namespace.name] = True
        super().__init__(*cargs, target=target, args=args, kwargs=kwargs, **options)


class Inject(Container):
    """A process in the namespaces of another one.

    ``target_pid`` is the other process: a pid, or an object that has one, such as a Container. Without a
    choice of namespaces all are joined in which it differs from the caller; ``True`` for one means the other
    process', a path any. ``proc`` is where its proc file system is mounted. The other arguments are
    Container's.
    """

    def __init__(
        self,
        target_pid: Any,
        target: Callable[..., object] | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        proc: StrPath = "/proc",
        *pargs: Any,
        **pkwargs: Unpack[CommonOptions],
    ) -> None:
        if not hasattr(target_pid, "pid"):  # which may be started later
            _check.pid_of(target_pid, "target_pid")
        options: dict[str, Any] = dict(pkwargs)
        for name in ("confine", "system_root"):
            if options.get(name):
                what = "this is for new namespaces, and Inject joins those of another process"
                raise _check.refusal(ValueError, name, options[name], what)
        super().__init__(*pargs, target=target, args=args, kwargs=kwargs, proc=proc, **options)
        self.target_pid = target_pid

    def _set_namespaces(self, spec: _spaces.spaces_spec, has_map: bool) -> Mapping[int, Any]:
        # Here True is for the namespace of the other process.
        pid = _check.pid_of(self.target_pid, "target_pid")
        directory = _namespaces.directory_of(pid, self.proc)
        others, chosen = _namespaces.chosen(self._choices, self.clone_flags)
        in_own_proc = os.fsdecode(self.proc) == "/proc"
        if in_own_proc and chosen == cloning.ALL_NAMESPACES & ~sum(others):
            spec.join_pid(pid, 0)  # all that differ when it is started
            joined = {}
        else:
            bits = chosen & _namespaces.differing(directory)
            joined = {
                ns.bit: _namespaces.file_of(directory, ns) for ns in cloning.NAMESPACES if bits & ns.bit
            }
            if not in_own_proc:
                _spec.set_namespaces(spec, joined)
            elif bits:
                spec.join_pid(pid, bits)
        _spec.set_namespaces(spec, others)
        return {**others, **joined}
