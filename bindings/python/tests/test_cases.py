"""The cases that every language must do alike (bindings/cases.json), here for Python."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from typing import Any, Callable

import pytest

import pyspaces
from pyspaces import Container, Error, Inject, _spaces
from support import ROOT, why_no_group

CASES = json.loads((pathlib.Path(__file__).parents[2] / "cases.json").read_text())["cases"]
WORDS = {
    "name",
    "needs",
    "argv",
    "function",
    "options",
    "script",
    "into",
    "stdin",
    "signal",
    "kill_all",
    "expect",
}

# The table's names where ours are others.
NAMESPACES = {"mount": "mnt", "network": "net"}
RENAMED = {"cwd": "workdir", "root": "rootdir", "readonly_root": "readonly"}


# --- The functions


def pids() -> None:
    print(os.getpid(), os.getppid())


def wait() -> None:
    print("ready", flush=True)
    while True:
        signal.pause()


def copy() -> None:
    sys.stdout.write(sys.stdin.read())


def program(*argv: str) -> None:
    inner = Container(argv=argv)
    inner.start()
    inner.join()
    sys.exit(inner.exitcode)


FUNCTIONS: dict[str, Callable[..., object]] = {
    "exit": lambda status: sys.exit(int(status)),
    "print": print,
    "pids": pids,
    "ids": lambda: print(os.getuid(), os.getgid()),
    "hostname": lambda: print(socket.gethostname()),
    "copy": copy,
    "raise": lambda name: os.kill(os.getpid(), signal.Signals[name]),
    "wait": wait,
    "program": program,
}


def with_new_streams(function: Callable[..., object], *words: str) -> None:
    """Call the function with Python's streams on those that the container has, instead of pytest's."""
    with open(0) as sys.stdin, open(1, "w", encoding="utf-8") as sys.stdout:
        function(*words)


# --- The options


def isolation(given: dict[str, Any], text: Callable[[str], str]) -> dict[str, Any]:
    """The options of the table as keywords."""
    options: dict[str, Any] = {}
    env = dict(os.environ)
    for name, value in given.items():
        if name == "new":
            kinds = {"all": True} if value == "all" else {NAMESPACES.get(kind, kind): True for kind in value}
            options.update(kinds)
        elif name == "env":
            base = {} if "clear_env" in given else env
            changed = {key: text(entry) for key, entry in value.items() if entry is not None}
            removed = {key for key, entry in value.items() if entry is None}
            options["env"] = {key: entry for key, entry in {**base, **changed}.items() if key not in removed}
        elif name == "clear_env":
            options.setdefault("env", {})
        elif name in ("uid_map", "gid_map") and value == "self":
            own = os.getuid() if name == "uid_map" else os.getgid()
            options[name] = f"{own} {own} 1"
        elif name in ("time_limit_ms", "time_limit_grace_ms"):
            options[name[:-3]] = value / 1000
        elif name == "stderr":
            options[name] = {"stdout": subprocess.STDOUT, "null": subprocess.DEVNULL}[value]
        elif name == "mounts":
            options[name] = [
                tuple(text(mount[key]) for key in ("source", "target", "type", "options")) for mount in value
            ]
        elif name in ("masked_paths", "readonly_paths", "directories", "devices"):
            options[name] = list(map(text, value))
        elif name in ("files", "symlinks"):
            options[name] = {
                path: (text(entry[0]), entry[1]) if isinstance(entry, list) else text(entry)
                for path, entry in value.items()
            }
        elif name == "rlimits":
            options[name] = {kind: tuple(limits) for kind, limits in value.items()}
        else:
            options[RENAMED.get(name, name)] = text(value) if isinstance(value, str) else value
    return options


# --- One case


class Case:
    def __init__(self, case: dict[str, Any], empty: pathlib.Path, root: pathlib.Path) -> None:
        assert case.keys() <= WORDS
        self.case, self.empty, self.root = case, empty, root
        self.container: Container | None = None
        self.cleanup = contextlib.ExitStack()

    def text(self, given: str) -> str:
        return re.sub(r"\{([^{}]*)\}", lambda found: self._word(found[1]), given)

    def _word(self, word: str) -> str:
        kind, _, name = word.partition(" ")
        if kind == "ns":
            return os.readlink(f"/proc/self/ns/{name}")
        if kind == "container":
            assert self.container is not None
            return os.readlink(f"/proc/{self.container.pid}/ns/{name}")
        return {
            "uid": str(os.getuid()),
            "gid": str(os.getgid()),
            "tmp": str(self.empty),
            "root": str(self.root),
        }[word]

    def start(self) -> Container:
        options = dict(self.case.get("options", {}))
        maker: Callable[..., Container] = Container
        if "into" in self.case:
            self.container = self._running(self.case["into"])
            joined = {NAMESPACES.get(kind, kind): True for kind in options.pop("join", ())}
            maker = lambda **keywords: Inject(self.container, **keywords, **joined)  # noqa: E731
        elif "join_pid" in options:
            pid = options.pop("join_pid")
            maker = lambda **keywords: Inject(pid, **keywords)  # noqa: E731
        keywords: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        keywords.update(isolation(options, self.text))
        if "function" in self.case:
            name, *words = map(self.text, self.case["function"])
            container = maker(target=with_new_streams, args=(FUNCTIONS[name], *words), **keywords)
        else:
            container = maker(argv=[self.text(word) for word in self.case["argv"]], **keywords)
        container.start()
        self.cleanup.callback(end, container)
        return container

    def _running(self, options: dict[str, Any]) -> Container:
        container = Container(
            argv=["sh", "-c", "echo; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **isolation(options, self.text),
        )
        container.start()
        self.cleanup.callback(end, container)
        assert container.stdout is not None
        container.stdout.readline()
        return container


def end(container: Container) -> None:
    container.kill()
    container.join()
    container.close()


def check_error(error: Exception, expected: dict[str, Any]) -> None:
    if expected.get("code") == "EINVALID":
        assert isinstance(error, (ValueError, TypeError))
        return
    assert isinstance(error, Error), error
    if "code" in expected:
        assert error.code == getattr(_spaces, "SPACES_" + expected["code"])
    if "errno" in expected:
        assert error.errno == getattr(errno, expected["errno"])
    assert error.step == expected.get("step", error.step)
    assert error.object == expected.get("object", error.object)


def check_result(result: pyspaces.Result | None, expected: dict[str, Any]) -> None:
    assert result is not None
    assert result.cause == expected["cause"]
    assert result.exit_code == expected.get("exit_code", -1)
    assert result.signal == (signal.Signals[expected["signal"]] if "signal" in expected else 0)
    for name in ("system_call", "oom_kills"):
        assert getattr(result, name) == expected.get(name, getattr(result, name))


@pytest.fixture(scope="module")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    root = tmp_path_factory.mktemp("root")
    for directory in ("bin", "mnt", "proc"):
        (root / directory).mkdir()
    busybox = shutil.which("busybox", path="/bin:/usr/bin")
    assert busybox, "busybox-static is needed"
    shutil.copy(busybox, root / "bin/busybox")
    for name in ("sh", "ls"):
        (root / "bin" / name).symlink_to("busybox")
    return root


NEEDS: dict[str, Callable[[], bool]] = {
    "root": lambda: ROOT,
    "cgroup": lambda: why_no_group() is None,
    "landlock": lambda: any(
        check["name"] == "landlock" and check["works"] for check in pyspaces.host_features()["checks"]
    ),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_language_does_alike(case, tmp_path, small_root):
    if "needs" in case and not NEEDS[case["needs"]]():
        pytest.skip(f"needs {case['needs']}")
    if "script" in case:
        name, content = case["script"]
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o755)
    one = Case(case, tmp_path, small_root)
    expected = case["expect"]
    with one.cleanup:
        if "error" in expected:
            with pytest.raises((Error, ValueError, TypeError)) as caught:
                one.start()
            check_error(caught.value, expected["error"])
            return
        container = one.start()
        assert container.stdin is not None
        assert container.stdout is not None
        written: list[bytes] = []
        reader = threading.Thread(target=lambda: written.append(container.stderr.read()))
        if container.stderr is not None:
            reader.start()
        container.stdin.write(case.get("stdin", "").encode())
        container.stdin.close()
        if "signal" in case or "kill_all" in case:
            assert container.stdout.readline() == b"ready\n"
            if "signal" in case:
                container.send_signal(signal.Signals[case["signal"]])
            else:
                container.kill_all()
        output = container.stdout.read().decode()
        container.join()
        if container.stderr is not None:
            reader.join()
        assert output == one.text(expected.get("stdout", output)), written
        if "stderr" in expected:
            assert b"".join(written).decode() == one.text(expected["stderr"])
        check_result(container.result, expected.get("result", {"cause": "exited", "exit_code": 0}))
