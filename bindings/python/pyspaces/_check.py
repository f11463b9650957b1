"""Checks of values: what is wrong is refused at once, by the name that it was given for."""

from __future__ import annotations

import json
import math
import operator
import os
import reprlib
import signal
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Check = Callable[[str, Any], Any]  # from the name and what is given to what is used

INT_MAX = 2**31 - 1
LAST_ID = 2**32 - 2  # the last number means "leave as it is" to system calls
LONGEST = 2**63 // 10**9  # seconds: the kernel's clocks count nanoseconds

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 80


def refusal(kind: type[Exception], name: str, value: Any, what: str) -> Exception:
    """The exception that says: <name>=<value>: <what>."""
    return kind(f"{name}={_repr.repr(value)}: {what}")


def is_path(value: Any) -> bool:
    return isinstance(value, (str, bytes, os.PathLike))


# --- Single values ----------------------------------------------------------------------------------------


def number(least: float = -LONGEST, most: float = LONGEST, show: Callable[[Any], str] = str) -> Check:
    """A whole number within these bounds, which `show` writes."""

    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            kind = "whole number" if isinstance(value, float) else "number"
            raise refusal(TypeError, name, value, f"a {kind} is needed")
        found = operator.index(value)
        if not least <= found <= most:
            raise ValueError(f"{name}={show(found)}: a number from {show(least)} to {show(most)} is needed")
        return found

    return check


def seconds(
    least: float,
    what: str = "a number of seconds is needed",
    most: float = LONGEST,
    above: bool = False,
) -> Check:
    """A time, by default one that the kernel's clocks can hold; `above`: the least itself is too small."""

    def check(name: str, value: Any) -> Any:
        if isinstance(value, (bool, str, bytes, bytearray)) or not hasattr(type(value), "__float__"):
            raise refusal(TypeError, name, value, what)
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if found > most:
            raise refusal(ValueError, name, value, f"at most {most} seconds are possible")
        if not least <= found or (above and found == least):
            raise refusal(ValueError, name, value, what)
        return value

    return check


def switch(name: str, value: Any) -> bool:
    if not hasattr(value, "__index__"):
        raise refusal(TypeError, name, value, "True or False is needed")
    if operator.index(value) not in (0, 1):
        raise refusal(ValueError, name, value, "True or False is needed")
    return bool(value)


def string(what: str, empty: bool = False) -> Check:
    """Text or a path, as the os module takes them."""

    def check(name: str, value: Any) -> Any:
        if not is_path(value):
            raise refusal(TypeError, name, value, f"{what} is needed")
        text = os.fsencode(value)
        if b"\0" in text or not (text or empty):
            fault = f"{what} holds no null byte" if text else f"{what} is needed, and this is empty"
            raise refusal(ValueError, name, value, fault)
        return value

    return check


# What poll(2) can count to in milliseconds; a negative one is none, as in multiprocessing.
timeout = seconds(-math.inf, most=INT_MAX // 1000)
signal_number = number(0, int(signal.SIGRTMAX))

path = string("a path")
text = string("a string")
any_text = string("a string", empty=True)


def word(what: str) -> Check:
    """Text that is no path: a name, or what the kernel or libspaces reads."""
    check_text = string(what)

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise refusal(TypeError, name, value, f"{what} is needed")
        return str(check_text(name, value))

    return check


def pid_of(process: Any, name: str) -> int:
    """The pid of a process: an int, its digits, or an object that has one, such as a Container."""
    value = getattr(process, "pid", process)
    if value is None:
        raise ValueError(f"{name}: {process!r} has not been started")
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a pid or a process, not {process!r}")
    pid = operator.index(value)
    if not 0 < pid <= INT_MAX:
        raise ValueError(f"{name}: {pid} is not a pid")
    return pid


# --- Lists and mappings -----------------------------------------------------------------------------------


def items(name: str, value: Any, what: str) -> list[Any]:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise refusal(TypeError, name, value, f"a list of {what} is needed")
    return list(value)


def mapping(name: str, value: Any, what: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise refusal(TypeError, name, value, f"a mapping from {what} is needed")
    return value


def each(check: Check, what: str, alone: bool = False) -> Check:
    """A list of such; `alone`: a string is a list of itself."""

    def check_list(name: str, value: Any) -> list[Any]:
        if alone and isinstance(value, str):
            return [check(name, value)]
        return [check(f"{name}[{i}]", item) for i, item in enumerate(items(name, value, what))]

    return check_list


def members(value: Mapping[Any, Any], name: str, known: Iterable[str]) -> None:
    """Refuse a member that is none of these."""
    for key in value:
        if key not in known:
            what = f"the members are {', '.join(map(repr, known))}"
            raise refusal(ValueError, f"{name} key", key, what)


def json_text(name: str, value: Any) -> str:
    """JSON, from a mapping or as it is: an object."""
    if isinstance(value, Mapping):
        try:
            return json.dumps(_plain(value))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None
    if not isinstance(value, (str, bytes)):
        raise refusal(TypeError, name, value, "an object is needed, as a mapping or JSON")
    try:
        found = json.loads(value)
    except ValueError as error:
        raise refusal(ValueError, name, value, f"this is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise refusal(ValueError, name, value, "an object is needed, as a mapping or JSON")
    return value if isinstance(value, str) else value.decode()


def _plain(value: Any) -> Any:
    """With dicts and lists, which are all that the module json writes."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
