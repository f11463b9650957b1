"""What a process that is no fork of this one reads from its pipe: who it is, and what to run."""

from __future__ import annotations

import copyreg
import io
import os
from multiprocessing import context, reduction, resource_tracker, spawn
from multiprocessing.process import BaseProcess
from typing import Any

from ._isolation import Isolation


def dump(popen: Any, process_obj: BaseProcess, isolation: Isolation) -> bytes:
    """For multiprocessing.spawn._main(); `popen` is told of the descriptors that the process needs."""
    told = data(process_obj.name)
    if isolation.has_own_directory:
        del told["dir"]  # ours may not be there, and is not what was asked for
    file = io.BytesIO()
    context.set_spawning_popen(popen)
    try:
        reduction.dump(told, file)
        reduction.dump(process_obj, file)
    finally:
        context.set_spawning_popen(None)
    return file.getvalue()


def data(name: str) -> dict[str, Any]:
    """What multiprocessing.spawn.prepare() needs in the new process."""
    default: Any = context._default_context
    chosen = default._actual_context
    try:
        return spawn.get_preparation_data(name)
    finally:
        # It has asked for the default start method, and so fixed it for the rest of the program.
        if chosen is None and default._actual_context is default._default_context:
            default._actual_context = None


def tracker() -> int:
    """The descriptor of the resource tracker, which all processes of a program have in common."""
    fd = resource_tracker.getfd()
    assert fd is not None
    return fd


def write(fd: int, content: bytes) -> None:
    """Write all of it; a process that has ended meanwhile is no error, since its exit code says more."""
    rest = memoryview(content)
    try:
        while rest:
            rest = rest[os.write(fd, rest) :]
    except BrokenPipeError:
        pass


def reduce_to(base: type[BaseProcess], process_obj: BaseProcess) -> tuple[Any, ...]:
    """Pickle a process as one of the class `base` of multiprocessing, which needs no package inside."""
    return copyreg._reconstructor, (base, object, None), process_obj.__dict__  # type: ignore[attr-defined]
