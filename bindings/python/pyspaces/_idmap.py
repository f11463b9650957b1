"""Id maps of user namespaces: from what people write to the text that libspaces reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any


def id_map_text(value: Any, name: str) -> str | None:
    """The map as spaces_spec_set_uid_map() takes it, or None where none is asked for."""
    if value is None or value is False:
        return None
    if value is True:
        return "root"
    if isinstance(value, int):
        return str(_checked(value, name))
    if isinstance(value, str):
        return _stripped(value, name)
    if isinstance(value, (bytes, Mapping, Set)) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a bool, int, str or list, not {type(value).__name__}")
    entries = [_entry(item, name) for item in value]
    if not entries:
        raise ValueError(f"{name}={value!r}: the map is empty, and None is for no map")
    if any(" " in entry for entry in entries):
        # Where ranges are spelled out, a lone id has its place in the list as its id inside.
        entries = [entry if " " in entry else f"{i} {entry} 1" for i, entry in enumerate(entries)]
    return ",".join(entries)


def _entry(item: Any, name: str) -> str:
    if isinstance(item, str):
        return _stripped(item, name)
    if isinstance(item, tuple) and len(item) == 3:
        return " ".join(str(_checked(number, name)) for number in item)
    return str(_checked(item, name))


def _stripped(text: str, name: str) -> str:
    if not text.strip():
        raise ValueError(f"{name}={text!r}: the map is empty, and None is for no map")
    return text.strip()


def _checked(number: Any, name: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{name} is made of ids, not {type(number).__name__}")
    if not 0 <= number <= 0xFFFFFFFF:
        raise ValueError(f"{name}: {number} is not an id")
    return number
