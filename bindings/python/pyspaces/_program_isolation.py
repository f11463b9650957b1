"""Isolation: the keyword arguments that subprocess does not have, checked, and told to a Spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _arguments, _files, _spaces, _spec, cloning
from .options import IsolationOptions, TerminalOptions

NAMES: frozenset[str] = IsolationOptions.__optional_keys__ | TerminalOptions.__optional_keys__ | {"rootdir"}

# What Container calls by another name, or has for itself.
_ELSEWHERE: Mapping[str, str] = {
    "argv": "the program and its arguments are args",
    "workdir": "the working directory is cwd",
    "uid": "the user is user",
    "gid": "the group is group",
    "groups": "the supplementary groups are extra_groups",
    "new_session": "a session of its own is start_new_session",
    "target": "a callable is for Container",
    "kwargs": "a callable is for Container",
    "name": "a name is for Container",
    "daemon": "it is for Container",
    "daemonize": "a daemon is started by Container",
    "proc": "it is for Inject",
}


class ProgramIsolation:
    """How a program is isolated; one object may serve many starts."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        given = _arguments.options(options)
        self._flags = cloning.check_flags(given.pop("flags", None) or 0)
        self._choices = cloning.pop_namespaces(given)
        self._flags |= sum(bit for bit, value in self._choices.items() if value is True)
        self._maps = (
            given.pop("uid_map", None),
            given.pop("gid_map", None),
            given.pop("map_zero", None) or False,
        )
        self._options = given

    @property
    def terminal(self) -> bool:
        return bool(self._options.get("terminal"))

    @property
    def has_spec(self) -> bool:
        """Whether there is a configuration, or a word for one, which then says what no argument says."""
        return _spec.has_base(self._options)

    @property
    def keeps_user_namespace(self) -> bool:
        """Whether the ids of the program are called as they are here, as far as the arguments tell."""
        choice = self._choices.get(cloning.CLONE_NEWUSER)
        return not (choice or self._flags & cloning.CLONE_NEWUSER or any(self._maps) or self.has_spec)

    def new_spec(self) -> _spaces.spaces_spec:
        """A Spec that says how, and not yet which program."""
        spec = _spec.load(self._options)
        has_map = _spec.set_id_maps(spec, *self._maps)
        choices = _spec.namespace_choices(self._choices, self._flags, has_map and not self.has_spec)
        _spec.set_namespaces(spec, choices)
        _spec.set_process(spec, self._options)
        _spec.set_root(spec, self._options, choices)
        _files.tell(spec, self._options)
        return spec


def split(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keyword arguments that are for isolation, and all others."""
    for name in given.keys() & _ELSEWHERE.keys():
        raise TypeError(f"{name} is no argument here: {_ELSEWHERE[name]}")
    ours = {name: value for name, value in given.items() if name in NAMES}
    return ours, {name: value for name, value in given.items() if name not in NAMES}
