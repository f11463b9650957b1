"""Resources: the control group of a process and its limits, checked, and told to a Spec."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from . import _check, _spaces

_PERIOD = 100_000  # microseconds, in which a process has its processor time
_LEAST_QUOTA = 1000  # the kernel takes no less

_key = _check.word("the name of a limit, such as 'memory.high',")
_rule = _check.word("a rule, such as 'allow c 1:3 rwm',")
_any_number = _check.number(0, 2**64 - 1)
# Those that give the process a group of its own; a configuration may, too.
_GIVING_A_GROUP = (
    *("memory", "cpus", "pids_limit", "limits", "resources", "device_rules"),
    *("own_cgroup", "cgroup_path", "confine", "spec"),
)
_SHORT = {"memory": "memory.max", "cpus": "cpu.max", "pids_limit": "pids.max"}


# --- What may be given ------------------------------------------------------------------------------------


def limit(name: str, value: Any) -> str:
    """A number, or text as the kernel takes it: "512M", "max"."""
    if isinstance(value, str):
        return str(_check.text(name, value))
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise _check.refusal(TypeError, name, value, "a whole number is needed, or a string like '512M'")
    return str(_any_number(name, value))


def _cpus(name: str, value: Any) -> Any:
    what = "a number of processors is needed, like 0.5 or 2"
    if isinstance(value, (bool, str, bytes, bytearray)) or not hasattr(type(value), "__float__"):
        raise _check.refusal(TypeError, name, value, what)
    if not _LEAST_QUOTA <= float(value) * _PERIOD <= 1e12:
        raise _check.refusal(ValueError, name, value, what + ", and at least 0.01")
    return value


def _pids_limit(name: str, value: Any) -> Any:
    return value if value == "max" else _check.number(0, _check.INT_MAX)(name, value)


def _limits(name: str, value: Any) -> dict[str, str]:
    limits = _check.mapping(name, value, "names to limits")
    return {_key(f"{name} key", key): limit(f"{name}[{key!r}]", entry) for key, entry in limits.items()}


def _join_cgroup(name: str, value: Any) -> Any:
    if not hasattr(value, "pid"):  # which may be started later
        _check.pid_of(value, name)
    return value


def _device_rule(name: str, value: Any) -> tuple[bool, str]:
    """From "allow c 1:3 rwm", or (True, "c 1:3 rwm")."""
    if isinstance(value, str):
        verb, _, rule = value.partition(" ")
        if verb not in ("allow", "deny"):
            raise _check.refusal(ValueError, name, value, "it begins with 'allow' or 'deny'")
        return verb == "allow", _rule(name, rule.strip())
    pair = _check.items(name, value, "(allow, rule)")
    if len(pair) != 2:
        raise _check.refusal(ValueError, name, value, "(allow, rule) is needed")
    return _check.switch(name, pair[0]), _rule(name, pair[1])


CHECKS: Mapping[str, _check.Check] = {
    "memory": limit,
    "cpus": _cpus,
    "pids_limit": _pids_limit,
    "limits": _limits,
    "resources": _check.json_text,
    "device_rules": _check.each(_device_rule, "rules about devices"),
    "own_cgroup": _check.switch,
    "cgroup_path": _check.path,
    "cgroup_manager": _check.word("'auto', 'cgroupfs' or 'systemd'"),
    "cgroup_fallback": _check.switch,
    "join_cgroup": _join_cgroup,
}


def refuse_what_would_be_ignored(given: Mapping[str, Any]) -> None:
    """Two limits of one name, and how a control group is made where there is none."""
    for name, key in _SHORT.items():
        if given.get(name) is not None and key in (given.get("limits") or ()):
            what = f"limits[{key!r}] is the same limit; choose one"
            raise _check.refusal(ValueError, name, given[name], what)
    if all(given.get(name) is None or given[name] is False for name in _GIVING_A_GROUP):
        for name in ("cgroup_manager", "cgroup_fallback"):
            if given.get(name):
                what = "this is about a control group, and needs a limit or own_cgroup=True"
                raise _check.refusal(ValueError, name, given[name], what)


# --- To the Spec ------------------------------------------------------------------------------------------


def tell(spec: _spaces.spaces_spec, options: Mapping[str, Any]) -> None:
    """`options` as they have been checked."""
    if options.get("resources") is not None:
        spec.load_json(json.dumps({"linux": {"resources": json.loads(options["resources"])}}))
    if options.get("memory") is not None:
        spec.set_cgroup("memory.max", options["memory"])
    if options.get("cpus") is not None:
        spec.set_cgroup("cpu.max", f"{_quota(options['cpus'])} {_PERIOD}")
    if options.get("pids_limit") is not None:
        spec.set_cgroup("pids.max", str(options["pids_limit"]))
    for key, value in (options.get("limits") or {}).items():
        spec.set_cgroup(key, value)
    for allow, rule in options.get("device_rules") or ():
        spec.add_device_rule(allow, rule)
    if options.get("own_cgroup") is not None:
        spec.load_json(json.dumps({"spaces": {"cgroup": {"own": options["own_cgroup"]}}}))
    for name in ("cgroup_path", "cgroup_manager", "cgroup_fallback"):
        if options.get(name) is not None:
            getattr(spec, "set_" + name)(options[name])
    if options.get("join_cgroup") is not None:
        spec.join_cgroup(_check.pid_of(options["join_cgroup"], "join_cgroup"))


def _quota(cpus: Any) -> int:
    return math.floor(float(cpus) * _PERIOD + 0.5)  # as `space execute --cpus` rounds
