"""Scheduling: when, where and as what machine a process runs, checked, and told to a Spec."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from . import _check, _spaces

_cpu = _check.number(0, _check.INT_MAX)
_list_of_cpus = _check.word("a list of CPUs")
_parameter = _check.word("the name of a kernel parameter")


def _with_priority(prefix: str, most: int, like: str) -> _check.Check:
    """From "fifo:50", or ("fifo", 50), to the kernel's word and the number."""
    priority = _check.number(0, most)

    def check(name: str, value: Any) -> tuple[str, int]:
        if isinstance(value, str):
            word, colon, text = value.partition(":")
            if colon and not text.isdecimal():
                raise _check.refusal(ValueError, name, value, f"a number is needed behind the colon: {like}")
            pair: list[Any] = [word, int(text)] if colon else [word]
        else:
            pair = _check.items(name, value, f"a word and a number, or {like},")
        if not 1 <= len(pair) <= 2 or not isinstance(pair[0], str) or not pair[0]:
            raise _check.refusal(ValueError, name, value, f"it is like {like}")
        word = pair[0].upper()
        word = word if word.startswith(prefix) else prefix + word
        return word, priority(name, pair[1]) if len(pair) == 2 else 0

    return check


def _cpu_affinity(name: str, value: Any) -> str:
    if isinstance(value, str):
        return str(_list_of_cpus(name, value))
    cpus = [_cpu(f"{name}[{i}]", cpu) for i, cpu in enumerate(_check.items(name, value, "CPUs"))]
    if not cpus:
        raise _check.refusal(ValueError, name, value, "a CPU is needed")
    return ",".join(map(str, cpus))


def _sysctl(name: str, value: Any) -> dict[str, str]:
    parameters = {}
    for key, setting in _check.mapping(name, value, "names to values").items():
        _parameter(f"{name} key", key)
        if hasattr(setting, "__index__"):
            parameters[key] = str(operator.index(setting))
        elif isinstance(setting, str):
            parameters[key] = str(_check.any_text(f"{name}[{key!r}]", setting))
        else:
            raise _check.refusal(TypeError, f"{name}[{key!r}]", setting, "a number or a string is needed")
    return parameters


def _personality(name: str, value: Any) -> str:
    return str(_check.word("an execution domain")(name, value)).upper()


CHECKS: Mapping[str, _check.Check] = {
    "nice": _check.number(-20, 19),
    "scheduler": _with_priority("SCHED_", 99, "'fifo:50' or 'batch'"),
    "io_priority": _with_priority("IOPRIO_CLASS_", 7, "'be:4' or 'idle'"),
    "cpu_affinity": _cpu_affinity,
    "personality": _personality,
    "sysctl": _sysctl,
}


def tell(spec: _spaces.spaces_spec, options: Mapping[str, Any]) -> None:
    """`options` as they have been checked."""
    nice = options.get("nice")
    if options.get("scheduler") is not None or nice is not None:
        policy, priority = options.get("scheduler") or ("SCHED_OTHER", 0)
        spec.set_scheduler(policy, nice or 0, priority)
    if options.get("io_priority") is not None:
        spec.set_io_priority(*options["io_priority"])
    for name in ("cpu_affinity", "personality"):
        if options.get(name) is not None:
            getattr(spec, "set_" + name)(options[name])
    for name, value in (options.get("sysctl") or {}).items():
        spec.set_sysctl(name, value)
