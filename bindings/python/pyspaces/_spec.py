"""From keyword arguments to the Spec of libspaces."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _check, _confinement, _resources, _scheduling, _spaces, _stdio
from ._idmap import id_map_text
from .cloning import CLONE_NEWNS, CLONE_NEWUSER, NAMESPACES

Options = Mapping[str, Any]

# Those that a setter of the same name takes as they are.
_PLAIN_OPTIONS = (
    "executable",
    "oom_score_adj",
    "new_session",
    "process_group",
    "terminal",
    "setgroups",
    "hostname",
    "domainname",
    "init",
    "die_with_parent",
)


def load(options: Options) -> _spaces.spaces_spec:
    """A Spec, with what `confine` and an OCI configuration say, where they are given."""
    spec = _spaces.spaces_spec_new()
    if options.get("confine") is not None:
        spec.confine(options["confine"])
    given = options.get("spec")
    if given is not None:
        spec.load_json(given if isinstance(given, (str, bytes)) else _json(given))
    return spec


def has_base(options: Options) -> bool:
    """Whether something says what no other argument says."""
    return options.get("spec") is not None or options.get("confine") is not None


def _json(given: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(given))
    except (TypeError, ValueError) as error:
        raise type(error)(f"spec: {error}") from None


def namespace_choices(choices: Mapping[int, Any], flags: int, has_map: bool) -> dict[int, Any]:
    """The choices by bit, with the new ones of `flags`, and the user namespace that a map is for."""
    chosen = {bit: value for bit, value in choices.items() if value is not True}
    for namespace in NAMESPACES:
        if flags & namespace.bit:
            chosen[namespace.bit] = True
    if has_map:
        chosen.setdefault(CLONE_NEWUSER, True)
    return chosen


def set_namespaces(spec: _spaces.spaces_spec, choices: Mapping[int, Any]) -> None:
    """`choices` by bit: True for a new one, False for the caller's, or one to join."""
    new = sum(bit for bit, value in choices.items() if value is True)
    if new:
        spec.unshare(new)
    if new == sum(choices):
        return
    for namespace in NAMESPACES:
        value = choices.get(namespace.bit)
        if value is None or value is True:
            continue
        if value is False:
            spec.share(namespace.bit)
        elif isinstance(value, (str, bytes, os.PathLike)):
            spec.join_path(namespace.bit, value)
        elif hasattr(value, "fileno"):
            spec.join_fd(namespace.bit, value.fileno())
        else:
            spec.join_pid(_check.pid_of(value, namespace.name), namespace.bit)


def set_id_maps(spec: _spaces.spaces_spec, uid_map: Any, gid_map: Any, map_zero: bool) -> bool:
    """Returns whether there is a map at all."""
    uids = "root" if map_zero else id_map_text(uid_map, "uid_map")
    gids = "root" if map_zero else id_map_text(gid_map, "gid_map")
    if uids is not None:
        spec.set_uid_map(uids)
    if gids is not None:
        spec.set_gid_map(gids)
    return uids is not None or gids is not None


def set_environment(spec: _spaces.spaces_spec, env: Mapping[Any, Any] | None) -> None:
    """The whole environment of a program: `env`, or this process' as it is now."""
    if env is None:
        spec.freeze_env()
        return
    spec.clear_env()
    for name, value in env.items():
        spec.set_env(name, value)


def set_credentials(spec: _spaces.spaces_spec, options: Options) -> None:
    if options.get("uid") is not None:
        spec.set_uid(options["uid"])
    if options.get("gid") is not None:
        spec.set_gid(options["gid"])
    if options.get("groups") is not None:
        spec.set_groups(options["groups"])


def set_process(spec: _spaces.spaces_spec, options: Options) -> None:
    """What the process is like, whatever it runs."""
    if options.get("umask") is not None:
        spec.set_umask(options["umask"])
    for name, limits in (options.get("rlimits") or {}).items():
        soft, hard = limits if isinstance(limits, Sequence) else (limits, limits)
        spec.set_rlimit(_rlimit_name(name), _rlimit(soft), _rlimit(hard))
    for name, value in (options.get("time_offsets") or {}).items():
        seconds, rest = divmod(round(value * 10**9), 10**9)
        spec.set_time_offset(name, seconds, rest)
    for name in _PLAIN_OPTIONS:
        if options.get(name) is not None:
            getattr(spec, "set_" + name)(options[name])
    for concern in (_confinement, _resources, _scheduling):
        concern.tell(spec, options)
    if options.get("terminal_size") is not None:
        spec.set_terminal_size(*options["terminal_size"])
    if options.get("time_limit") is not None:
        spec.set_time_limit(
            _milliseconds(options["time_limit"]), _milliseconds(options.get("time_limit_grace", 5.0))
        )


def set_descriptors(spec: _spaces.spaces_spec, pass_fds: Any) -> None:
    """`pass_fds`: descriptors that keep their numbers, or by the number that they get."""
    pairs: Iterable[tuple[int, Any]]
    pairs = pass_fds.items() if isinstance(pass_fds, Mapping) else ((-1, fd) for fd in pass_fds)
    for target, fd in pairs:
        number = _stdio.descriptor(fd, "pass_fds")
        spec.add_fd(number, number if target < 0 else target)


def set_root(spec: _spaces.spaces_spec, options: Options, namespaces: Mapping[int, Any]) -> None:
    """The root directory, where one is asked for; `namespaces` are the choices by bit."""
    readonly = options.get("readonly")
    if readonly is None:
        readonly = options.get("confine") is not None
    if options.get("system_root"):
        spec.set_system_root(readonly)
    if not _stdio.is_given(options.get("rootdir")):
        return
    spec.set_root(options["rootdir"], readonly)
    # In a mount namespace that is not the container's own, others would be moved too.
    has_own_mounts = namespaces.get(CLONE_NEWNS) is True or has_base(options)
    if not has_own_mounts or not options.get("pivot_root", True):
        spec.set_chroot(True)


def _rlimit_name(name: Any) -> str:
    if isinstance(name, int):
        for known in dir(resource):
            if known.startswith("RLIMIT_") and getattr(resource, known) == name:
                return known
        raise ValueError(f"rlimits: {name} is not a resource")
    upper = str(name).upper()
    return upper if upper.startswith("RLIMIT_") else "RLIMIT_" + upper


def _rlimit(value: int) -> int:
    return _spaces.SPACES_RLIM_INFINITY if value == resource.RLIM_INFINITY else value


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000)) if seconds else 0
