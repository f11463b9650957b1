"""Popen, run() and the like: arguments that are refused, and descriptors."""

from __future__ import annotations

import contextlib
import os

import pytest

from pyspaces import Popen, run
from pyspaces.subprocess import PIPE, CompletedProcess
from support import open_descriptors
from support import program_output as output


def test_preexec_fn_is_refused():
    with pytest.raises(ValueError, match=r"preexec_fn.*Container"):
        Popen(["true"], preexec_fn=lambda: None, stdin=PIPE, stdout=PIPE)


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("workdir", "cwd"),
        ("uid", "user"),
        ("groups", "extra_groups"),
        ("target", "Container"),
        ("argv", "args"),
    ],
)
def test_what_container_calls_otherwise(name, instead):
    with pytest.raises(TypeError, match=f"{name} .*{instead}"):
        Popen(["true"], **{name: None})


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"hostname": ""}, ValueError, "hostname"),
        ({"newpid": 7}, ValueError, "pid=7"),
        ({"uid_map": "nonsense"}, ValueError, "nonsense"),
        ({"time_limit": 0}, ValueError, "time_limit"),
        ({"rlimits": [1]}, TypeError, "rlimits"),
        ({"unknown": 1}, TypeError, "unknown"),
        ({"pass_fds": {2: 0}}, ValueError, "pass_fds"),
        ({"flags": 0x100}, ValueError, "CLONE_VM"),
    ],
)
def test_wrong_isolation_is_refused_by_name(options, error, text):
    with pytest.raises(error, match=text):
        Popen(["true"], stdin=PIPE, stdout=PIPE, stderr=PIPE, **options)


def passed_on(**options):
    """The descriptors that a program starts with."""
    return set(map(int, output("sh", "-c", "ls /proc/$$/fd", **options).split()))


def is_inheritable(fd):
    with contextlib.suppress(OSError):
        return os.get_inheritable(fd)
    return False


def test_descriptors():
    reader, writer = os.pipe()
    try:
        plain = passed_on()
        assert passed_on(pass_fds=[writer]) == plain | {writer}
        inheritable = {fd for fd in map(int, open_descriptors()) if is_inheritable(fd)}
        assert passed_on(close_fds=False) == plain | inheritable
        os.set_inheritable(writer, True)
        assert passed_on(close_fds=False) == plain | inheritable | {writer}
        assert passed_on() == plain
        run(["sh", "-c", "echo there >&9"], pass_fds={9: writer}, check=True)
        assert os.read(reader, 100) == b"there\n"
        with pytest.warns(RuntimeWarning, match="pass_fds"):
            assert passed_on(pass_fds=[writer], close_fds=False) == plain | {writer}
    finally:
        os.close(reader)
        os.close(writer)


def test_it_is_generic():
    assert Popen[str].__origin__ is Popen
    assert CompletedProcess[bytes].__origin__ is CompletedProcess
