"""The arguments by their names: what may be given for each, and what would say nothing beside the others."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _confinement, _files, _resources, _scheduling
from ._check import (
    INT_MAX,
    LAST_ID,
    LONGEST,
    Check,
    any_text,
    is_path,
    items,
    mapping,
    number,
    path,
    refusal,
    seconds,
    switch,
    text,
)
from ._idmap import id_map_text


def _or_false(check: Check) -> Check:
    return lambda name, value: value if value is False else check(name, value)


def _stream(name: str, value: Any) -> Any:
    if is_path(value):
        return path(name, value)
    if value is False or hasattr(value, "fileno"):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(TypeError, name, value, "a path, a descriptor or an open file is needed")
    return number(-3, INT_MAX)(name, value)  # the negative ones are those of subprocess


def _argv(name: str, value: Any) -> list[Any]:
    if isinstance(value, (str, bytes)):
        raise refusal(TypeError, name, value, "a list of strings is needed, not one string")
    argv = items(name, value, "strings")
    if not argv:
        raise refusal(ValueError, name, value, "a program is needed")
    for index, item in enumerate(argv):
        (any_text if index else text)(f"{name}[{index}]", item)
    return argv


def _groups(name: str, value: Any) -> list[int]:
    check = number(0, LAST_ID)
    return [check(f"{name}[{i}]", item) for i, item in enumerate(items(name, value, "group ids"))]


def _env(name: str, value: Any) -> Any:
    for key, item in mapping(name, value, "names to values").items():
        text(f"{name} key", key)
        if b"=" in os.fsencode(key):
            raise refusal(ValueError, f"{name} key", key, 'no name of a variable holds a "="')
        any_text(f"{name}[{key!r}]", item)
    return value


def _rlimits(name: str, value: Any) -> Any:
    check = number(-1, 2**64 - 1)  # -1 is resource.RLIM_INFINITY
    for key, limits in mapping(name, value, "names to limits").items():
        if not isinstance(key, (str, int)):
            raise refusal(TypeError, f"{name} key", key, "the name of a resource is needed")
        entry = f"{name}[{key!r}]"
        pair = isinstance(limits, Sequence) and not isinstance(limits, (str, bytes))
        if pair and len(limits) != 2:
            raise refusal(ValueError, entry, limits, "a number or (soft, hard) is needed")
        for limit in limits if pair else (limits,):
            check(entry, limit)
    return value


def _time_offsets(name: str, value: Any) -> Any:
    for key, offset in mapping(name, value, "clocks to seconds").items():
        if key not in ("boottime", "monotonic"):
            raise refusal(ValueError, f"{name} key", key, "the clocks are 'boottime' and 'monotonic'")
        seconds(-LONGEST)(f"{name}[{key!r}]", offset)
    return value


def _terminal_size(name: str, value: Any) -> tuple[int, ...]:
    size = items(name, value, "two numbers")
    if len(size) != 2:
        raise refusal(ValueError, name, value, "(rows, columns) is needed")
    return tuple(number(0, 65535)(f"{name}[{i}]", side) for i, side in enumerate(size))


def _pass_fds(name: str, value: Any) -> Any:
    others = number(3, INT_MAX)  # the first three are the standard streams
    fds = value if isinstance(value, Mapping) else items(name, value, "descriptors")
    for index, fd in fds.items() if isinstance(fds, Mapping) else enumerate(fds):
        entry = f"{name}[{index!r}]"
        if isinstance(fds, Mapping):
            others(f"{name} key", index)
        if not hasattr(fd, "fileno"):
            (number(0, INT_MAX) if isinstance(fds, Mapping) else others)(entry, fd)
    return fds


def _id_map(name: str, value: Any) -> Any:
    if hasattr(value, "__next__"):
        value = list(value)
    id_map_text(value, name)
    return value


def _spec(name: str, value: Any) -> Any:
    if not isinstance(value, (str, bytes, Mapping)):
        raise refusal(TypeError, name, value, "a configuration is needed, as a dict or JSON")
    return value


# --- The arguments ----------------------------------------------------------------------------------------

_CHECKS: Mapping[str, Check] = {
    "argv": _argv,
    "executable": path,
    "all": switch,
    "flags": number(),
    "uid_map": _id_map,
    "gid_map": _id_map,
    "map_zero": switch,
    "setgroups": switch,
    "workdir": _or_false(path),
    "env": _env,
    "stdin": _stream,
    "stdout": _stream,
    "stderr": _stream,
    "daemonize": switch,
    "uid": number(0, LAST_ID),
    "gid": number(0, LAST_ID),
    "groups": _groups,
    "umask": number(0, 0o777, oct),
    "rlimits": _rlimits,
    "oom_score_adj": number(-1000, 1000),
    "new_session": switch,
    "process_group": number(0, INT_MAX),
    "terminal": switch,
    "terminal_size": _terminal_size,
    "pass_fds": _pass_fds,
    "hostname": text,
    "domainname": text,
    "time_offsets": _time_offsets,
    "readonly": switch,
    "pivot_root": switch,
    "init": switch,
    "time_limit": seconds(0, "a number of seconds above 0 is needed, and None is for no limit", above=True),
    "time_limit_grace": seconds(0),
    "die_with_parent": switch,
    "spec": _spec,
    "rootdir": _or_false(path),
    "proc": path,
    **_confinement.CHECKS,
    **_files.CHECKS,
    **_resources.CHECKS,
    **_scheduling.CHECKS,
}


def options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options as they are to be used. None is for what is not given; the others are multiprocessing's."""
    checked = {
        name: _CHECKS[name](name, value) if value is not None and name in _CHECKS else value
        for name, value in given.items()
    }
    _refuse_what_would_be_ignored(checked)
    return checked


def _refuse_what_would_be_ignored(given: Mapping[str, Any]) -> None:
    """Some options are about others, and without those, or beside them, say nothing."""

    def is_given(name: str) -> bool:
        return given.get(name) is not None and given[name] is not False

    if given.get("system_root") and is_given("rootdir"):
        raise refusal(ValueError, "system_root", True, "rootdir is a root directory as well; choose one")
    if not is_given("rootdir"):
        if given.get("readonly") and not given.get("system_root"):
            what = "this is about the root directory, and needs rootdir, which may be '/'"
            raise refusal(ValueError, "readonly", True, what)
        if given.get("pivot_root") is False:
            raise refusal(ValueError, "pivot_root", False, "this is how rootdir is changed to, and needs it")
    for concern in (_confinement, _resources):
        concern.refuse_what_would_be_ignored(given)
    if given.get("map_zero"):
        for name in ("uid_map", "gid_map"):
            if is_given(name):
                raise refusal(ValueError, name, given[name], "map_zero is a map as well; choose one")
    if is_given("time_limit_grace") and not is_given("time_limit"):
        what = "this begins when the time limit is reached, and needs time_limit"
        raise refusal(ValueError, "time_limit_grace", given["time_limit_grace"], what)
    # A configuration may ask for a terminal, too.
    if is_given("terminal_size") and not is_given("terminal") and not is_given("spec"):
        what = "this is that of a pseudoterminal, and needs terminal=True"
        raise refusal(ValueError, "terminal_size", given["terminal_size"], what)
