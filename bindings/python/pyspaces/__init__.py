"""Linux containers with the interface of multiprocessing.Process.

    from pyspaces import Container

    c = Container(target=print, args=("hello",), newpid=True, newuser=True, newns=True)
    c.start()
    c.join()

Container, Chroot and Inject are processes; setns is a context manager for the calling thread. Popen, run()
and the like are those of subprocess, create_subprocess_exec() and create_subprocess_shell() those of asyncio,
with the same isolation.
"""

from __future__ import annotations

import importlib as _importlib
import json as _json
from typing import TYPE_CHECKING
from typing import Any as _Any

from . import _spaces, subprocess
from .container import Container
from .errors import Error, RestoreError, WorkerLostError
from .process import Chroot, Inject
from .result import Result
from .setns import setns
from .subprocess import Popen, call, check_call, check_output, run

if TYPE_CHECKING:
    from ._asyncio import create_subprocess_exec, create_subprocess_shell
    from .context import get_context
else:
    _imported_when_used = {
        "create_subprocess_exec": "_asyncio",
        "create_subprocess_shell": "_asyncio",
        "get_context": "context",
    }

    def __getattr__(name: str) -> _Any:
        """What takes asyncio, or pools of multiprocessing, which are imported when they are used first."""
        if name not in _imported_when_used:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(_importlib.import_module("." + _imported_when_used[name], __name__), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *_imported_when_used})


__all__ = [
    "Chroot",
    "Container",
    "Error",
    "Inject",
    "Popen",
    "RestoreError",
    "Result",
    "WorkerLostError",
    "call",
    "check_call",
    "check_output",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "get_context",
    "host_features",
    "library_version",
    "run",
    "setns",
    "subprocess",
]
__version__ = "2.0.0"


def library_version() -> str:
    """The version of libspaces."""
    return str(_spaces.spaces_version_string())


def host_features() -> dict[str, _Any]:
    """What this kernel, host and user can do, and how to mend what they cannot."""
    features: dict[str, _Any] = _json.loads(_spaces.spaces_host_features())
    return features
