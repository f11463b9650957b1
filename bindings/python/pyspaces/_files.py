"""Files: what a process finds mounted, made and hidden in its file system, checked, and told to a Spec."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _check, _spaces

_FILE_MODE = 0o644
_DIRECTORY_MODE = 0o755

_mode = _check.number(0, 0o7777, oct)
_paths = _check.each(_check.path, "paths")


# --- What may be given ------------------------------------------------------------------------------------


def _mounts(name: str, value: Any) -> list[Any]:
    return _check.items(name, value, "mounts")


def _files(name: str, value: Any) -> dict[Any, tuple[str | bytes, int]]:
    files = {}
    for path, entry in _check.mapping(name, value, "paths to contents").items():
        _check.path(f"{name} key", path)
        pair = (entry, _FILE_MODE) if isinstance(entry, (str, bytes)) else entry
        which = f"{name}[{path!r}]"
        if not isinstance(pair, Sequence) or len(pair) != 2 or not isinstance(pair[0], (str, bytes)):
            kind = ValueError if isinstance(pair, Sequence) and len(pair) != 2 else TypeError
            raise _check.refusal(kind, which, entry, "a string, bytes or (content, mode) is needed")
        files[path] = pair[0], _mode(which, pair[1])
    return files


def _directories(name: str, value: Any) -> dict[Any, int]:
    """From a list of paths, or {path: mode}."""
    if not isinstance(value, Mapping):
        return dict.fromkeys(_paths(name, value), _DIRECTORY_MODE)
    return {
        _check.path(f"{name} key", path): _mode(f"{name}[{path!r}]", mode) for path, mode in value.items()
    }


def _symlinks(name: str, value: Any) -> dict[Any, Any]:
    links = _check.mapping(name, value, "paths to targets")
    return {
        _check.path(f"{name} key", path): _check.path(f"{name}[{path!r}]", target)
        for path, target in links.items()
    }


def _device(name: str, value: Any) -> tuple[Any, Any]:
    """From the path of a device, or (source, path)."""
    if _check.is_path(value):
        return _check.path(name, value), None
    pair = _check.items(name, value, "(source, path)")
    if len(pair) != 2:
        raise _check.refusal(ValueError, name, value, "a path or (source, path) is needed")
    return _check.path(name, pair[0]), None if pair[1] is None else _check.path(name, pair[1])


CHECKS: Mapping[str, _check.Check] = {
    "propagation": _check.text,
    "mounts": _mounts,
    "system_root": _check.switch,
    "default_mounts": _check.switch,
    "default_devices": _check.switch,
    "mount_proc": _check.switch,
    "directories": _directories,
    "files": _files,
    "symlinks": _symlinks,
    "devices": _check.each(_device, "devices"),
    "masked_paths": _paths,
    "readonly_paths": _paths,
}
# Those that are for the root directory that libspaces changes to.
IN_ROOT = ("default_devices", "directories", "files", "symlinks", "devices", "masked_paths", "readonly_paths")


# --- To the Spec ------------------------------------------------------------------------------------------


def tell(spec: _spaces.spaces_spec, options: Mapping[str, Any], below: str = "") -> None:
    """The mounts, `below` a directory where the root directory is not changed by libspaces."""
    if options.get("propagation") is not None:
        spec.set_propagation(options["propagation"])
    if options.get("default_mounts") is not None:
        spec.set_default_mounts(options["default_mounts"])
    if options.get("mount_proc") is not None:
        spec.set_mount_proc(options["mount_proc"])
    for index, mount in enumerate(options.get("mounts") or ()):
        source, target, kind, mount_options = mount_words(mount, f"mounts[{index}]")
        spec.add_mount(source, below + os.fsdecode(target), kind, mount_options)
    _make_files(spec, options)


def _make_files(spec: _spaces.spaces_spec, options: Mapping[str, Any]) -> None:
    # Directories come first: files and links may be in them.
    for path, mode in (options.get("directories") or {}).items():
        spec.add_directory(path, mode)
    for path, (content, mode) in (options.get("files") or {}).items():
        spec.add_file(path, content, mode)
    for path, target in (options.get("symlinks") or {}).items():
        spec.add_symlink(path, target)
    if options.get("default_devices") is not None:
        spec.set_default_devices(options["default_devices"])
    for source, path in options.get("devices") or ():
        spec.add_host_device(source, path)
    for path in options.get("masked_paths") or ():
        spec.add_masked_path(path)
    for path in options.get("readonly_paths") or ():
        spec.add_readonly_path(path)


def mount_words(mount: Any, name: str) -> tuple[Any, Any, str, str | None]:
    """From the words of OCI, or (source, target[, type[, options]]) where no type means a bind mount."""
    if isinstance(mount, Mapping):
        unknown = set(mount) - {"source", "destination", "type", "options"}
        if unknown:
            raise ValueError(f"{name}: unknown member {min(unknown, key=str)!r}")
        if "destination" not in mount:
            raise ValueError(f"{name}: the member 'destination' is missing")
        mount = [mount.get(member) for member in ("source", "destination", "type", "options")]
    if not isinstance(mount, Sequence):
        raise TypeError(f"{name}: {mount!r} is not (source, target[, type[, options]])")
    if isinstance(mount, (str, bytes)) or not 2 <= len(mount) <= 4:
        raise ValueError(f"{name}: {mount!r} is not (source, target[, type[, options]])")
    source, target, kind, options = (*mount, None, None)[:4]
    if source is not None:
        _check.path(f"{name} source", source)
    _check.path(f"{name} destination", target)
    kind = _check.text(f"{name} type", kind) if kind else "bind"
    if options is not None and not isinstance(options, str):
        words = _check.items(f"{name} options", options, "words")
        options = ",".join(os.fsdecode(_check.text(f"{name} options", word)) for word in words)
    return source, target, kind, options
