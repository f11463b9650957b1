"""Confinement: what takes privileges away from a process, checked, and told to a Spec."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import _check, _spaces

# The sets of capabilities(7), by OCI's names.
_SETS = {
    "bounding": _spaces.SPACES_CAPABILITIES_BOUNDING,
    "effective": _spaces.SPACES_CAPABILITIES_EFFECTIVE,
    "inheritable": _spaces.SPACES_CAPABILITIES_INHERITABLE,
    "permitted": _spaces.SPACES_CAPABILITIES_PERMITTED,
    "ambient": _spaces.SPACES_CAPABILITIES_AMBIENT,
}
_LANDLOCK = ("paths", "bind", "connect", "scope", "optional")

_names = _check.each(_check.word("the name of a capability"), "names of capabilities", alone=True)
_securebits = _check.each(_check.word("the name of a security flag"), "names of security flags", alone=True)
_words = _check.each(_check.word("a word"), "words")
_ports = _check.each(_check.number(0, 65535), "TCP ports")


# --- What may be given ------------------------------------------------------------------------------------


def _capabilities(name: str, value: Any) -> dict[str, list[str]]:
    _check.mapping(name, value, "sets to names of capabilities")
    _check.members(value, name, _SETS)
    return {key: _names(f"{name}[{key!r}]", entry) for key, entry in value.items()}


def _seccomp(name: str, value: Any) -> str:
    if value == "default":
        return "default"
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        raise _check.refusal(ValueError, name, value, "'default' or a profile of OCI is needed")
    return _check.json_text(name, value)


def _access(name: str, value: Any) -> list[str]:
    """From "read,execute", or the same as a list."""
    if isinstance(value, str):
        value = value.split(",")
    return list(_words(name, value))


def _landlock(name: str, value: Any) -> dict[str, Any]:
    _check.mapping(name, value, "members to rules")
    _check.members(value, name, _LANDLOCK)
    checked: dict[str, Any] = {}
    for key, entry in value.items():
        member = f"{name}[{key!r}]"
        if key == "paths":
            paths = _check.mapping(member, entry, "paths to accesses")
            checked[key] = {
                _check.path(f"{member} key", path): _access(f"{member}[{path!r}]", access)
                for path, access in paths.items()
            }
        elif key == "optional":
            checked[key] = _check.switch(member, entry)
        else:
            checked[key] = (_words if key == "scope" else _ports)(member, entry)
    return checked


CHECKS: Mapping[str, _check.Check] = {
    "confine": _check.word("a word for a confinement"),
    "cap_add": _names,
    "cap_drop": _names,
    "capabilities": _capabilities,
    "securebits": _securebits,
    "no_new_privs": _check.switch,
    "new_keyring": _check.switch,
    "apparmor_profile": _check.word("the name of a profile"),
    "selinux_label": _check.word("a label"),
    "mount_label": _check.word("a label"),
    "landlock": _landlock,
    "seccomp": _seccomp,
    "seccomp_report": _check.switch,
    "seccomp_cache": _check.path,
}


def _has_base(given: Mapping[str, Any]) -> bool:
    return given.get("spec") is not None or given.get("confine") is not None


def refuse_what_would_be_ignored(given: Mapping[str, Any]) -> None:
    """What is about the filter, where there is none; a configuration may have one."""
    for name in ("seccomp_report", "seccomp_cache"):
        if given.get(name) and given.get("seccomp") is None and not _has_base(given):
            raise _check.refusal(ValueError, name, given[name], "this is about the filter, and needs seccomp")


# --- To the Spec ------------------------------------------------------------------------------------------


def tell(spec: _spaces.spaces_spec, options: Mapping[str, Any]) -> None:
    """`options` as they have been checked."""
    if options.get("capabilities") is not None:
        for key, number in _SETS.items():
            spec.set_capabilities(number, options["capabilities"].get(key, ()))
    _call_for_each(spec.drop_capability, options.get("cap_drop"))
    _call_for_each(spec.add_capability, options.get("cap_add"))
    _call_for_each(spec.add_securebit, options.get("securebits"))
    for name in ("no_new_privs", "new_keyring", "apparmor_profile", "selinux_label", "mount_label"):
        if options.get(name) is not None:
            getattr(spec, "set_" + name)(options[name])
    if options.get("landlock") is not None:
        _tell_landlock(spec, options["landlock"])
    if options.get("seccomp") == "default":
        spec.set_seccomp_default(True)
    elif options.get("seccomp") is not None:
        spec.set_seccomp(options["seccomp"])
    for name in ("seccomp_report", "seccomp_cache"):
        if options.get(name) is not None:
            getattr(spec, "set_" + name)(options[name])


def _call_for_each(setter: Callable[[str], None], names: Iterable[str] | None) -> None:
    for name in names or ():
        setter(name)


def _tell_landlock(spec: _spaces.spaces_spec, rules: Mapping[str, Any]) -> None:
    # Lists first, since also an empty one is a rule: that nothing is allowed.
    lists = {"paths": "paths", "bind": "bindTcp", "connect": "connectTcp"}
    known: dict[str, Any] = {oci: [] for name, oci in lists.items() if name in rules}
    known.update({name: rules[name] for name in ("scope", "optional") if name in rules})
    spec.load_json(json.dumps({"spaces": {"landlock": known}}))
    for path, access in rules.get("paths", {}).items():
        spec.add_landlock_path(os.fspath(path), ",".join(access))
    for access in ("bind", "connect"):
        for port in rules.get(access, ()):
            spec.add_landlock_port(access, port)
