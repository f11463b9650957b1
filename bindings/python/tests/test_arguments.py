"""Wrong arguments: refused by the name of the argument, never ignored and never run differently."""

from __future__ import annotations

import math
import os
from collections import UserDict

import pytest

import pyspaces
from pyspaces import Chroot, Container, Inject, setns
from support import call, output

NAN = math.nan


def refused(error, name, make):
    """That `make` raises this kind of error, which says what is wrong and does not come from inside."""
    with pytest.raises(error) as caught:
        make().start()
    text = str(caught.value)
    assert name in text
    assert "in method" not in text
    assert "object has no attribute" not in text


# --- What would be taken for "not given" ------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", b"", None, False, True, 5, "a\0b"])
def test_chroot_needs_a_directory(path):
    refused((TypeError, ValueError), "path", lambda: Chroot(path, argv=["/bin/true"]))


def test_chroot_has_one_directory():
    refused(TypeError, "rootdir", lambda: Chroot("/", argv=["/bin/true"], rootdir="/usr"))


@pytest.mark.parametrize("name", ["rootdir", "workdir"])
@pytest.mark.parametrize("value", ["", b"", "a\0b"])
def test_no_path_is_empty(name, value):
    refused(ValueError, f"{name}={value!r}", lambda: Container(argv=["/bin/true"], **{name: value}))


def test_a_directory_that_is_set_later_is_not_ignored():
    for name in ("rootdir", "workdir"):
        container = Container(argv=["/bin/true"])
        container.kwargs[name] = ""
        with pytest.raises(ValueError, match="an empty path"):
            container.start()


@pytest.mark.parametrize("value", [None, False])
def test_only_none_and_false_are_not_given(value):
    given = dict.fromkeys(("rootdir", "workdir", "uid_map", "gid_map", "stdin", "stdout", "stderr"), value)
    assert call(os.getcwd, **given) == os.getcwd()


@pytest.mark.parametrize("name", ["uid_map", "gid_map"])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        *((empty, ValueError) for empty in ("", " ", [], (), [""])),
        *((unordered, TypeError) for unordered in ({}, {0: 1000}, {1000})),
        (1.5, TypeError),
        (-1, ValueError),
    ],
)
def test_a_map_is_not_empty(name, value, error):
    refused(error, name, lambda: Container(argv=["/bin/true"], newuser=True, **{name: value}))


@pytest.mark.parametrize("make", [lambda **options: Container(argv=["/bin/true"], **options), setns])
def test_a_namespace_is_not_joined_by_an_empty_path(make):
    with pytest.raises(ValueError, match="net=''"):
        make(**({"target_pid": os.getpid()} if make is setns else {}), net="")


# --- Processes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pid", [1.5, 1.0, NAN, math.inf, True, "x", "1.5", [], -1, 0, 2**40, b"1"])
def test_a_pid_is_a_whole_number(pid):
    refused((TypeError, ValueError), "target_pid", lambda: Inject(pid, argv=["/bin/true"]))
    with pytest.raises((TypeError, ValueError), match="target_pid"), setns(pid, net=True):
        pass


def test_a_process_to_come_back_to_is_one():
    for pid in ("x", 1.5, -1):
        with pytest.raises((TypeError, ValueError), match="parent_pid"):
            setns(os.getpid(), pid)


# --- Values that are none ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("uid", -1, ValueError),
        ("uid", "root", TypeError),
        ("uid", 1.5, TypeError),
        ("uid", True, TypeError),
        ("uid", 2**32 - 1, ValueError),
        ("uid", 2**64, ValueError),
        ("gid", -1, ValueError),
        ("gid", "root", TypeError),
        ("groups", "x", TypeError),
        ("groups", 5, TypeError),
        ("groups", ["x"], TypeError),
        ("groups", [1, -1], ValueError),
        ("groups", {1: 2}, TypeError),
        ("umask", -1, ValueError),
        ("umask", "022", TypeError),
        ("umask", 0o1000, ValueError),
        ("oom_score_adj", "x", TypeError),
        ("oom_score_adj", 1001, ValueError),
        ("oom_score_adj", 2**40, ValueError),
        ("terminal_size", (-1, 1), ValueError),
        ("terminal_size", (1, 65536), ValueError),
        ("terminal_size", (1,), ValueError),
        ("terminal_size", (1, 2, 3), ValueError),
        ("terminal_size", ("a", 1), TypeError),
        ("terminal_size", 5, TypeError),
        ("time_limit", 0, ValueError),
        ("time_limit", -1, ValueError),
        ("time_limit", NAN, ValueError),
        ("time_limit", math.inf, ValueError),
        ("time_limit", 1e300, ValueError),
        ("time_limit", 10**400, ValueError),
        ("time_limit", "5", TypeError),
        ("time_limit", True, TypeError),
        ("time_limit_grace", -1, ValueError),
        ("time_limit_grace", 1e300, ValueError),
        ("time_limit_grace", "5", TypeError),
        ("time_offsets", {"boottime": "a"}, TypeError),
        ("time_offsets", {"boottime": 1e300}, ValueError),
        ("time_offsets", {"boottime": NAN}, ValueError),
        ("time_offsets", {"noon": 1}, ValueError),
        ("time_offsets", [1], TypeError),
        ("rlimits", ["NOFILE"], TypeError),
        ("rlimits", {"NOFILE": "x"}, TypeError),
        ("rlimits", {"NOFILE": (1, 2, 3)}, ValueError),
        ("rlimits", {"NOFILE": (1, "x")}, TypeError),
        ("rlimits", {"NOFILE": -2}, ValueError),
        ("rlimits", {"NOFILE": 2**70}, ValueError),
        ("rlimits", {"NONSENSE": 1}, ValueError),
        ("rlimits", {None: 1}, TypeError),
        ("rlimits", {99: 1}, ValueError),
        ("env", ["A=1"], TypeError),
        ("env", "A=1", TypeError),
        ("env", {"A": 1}, TypeError),
        ("env", {1: "A"}, TypeError),
        ("env", {"": "A"}, ValueError),
        ("env", {"A=B": "C"}, ValueError),
        ("env", {"A": "\0"}, ValueError),
        ("argv", [1], TypeError),
        ("argv", [], ValueError),
        ("argv", [""], ValueError),
        ("argv", "ls", TypeError),
        ("argv", 5, TypeError),
        ("argv", ["ls", None], TypeError),
        ("argv", ["ls", "\0"], ValueError),
        ("flags", "x", TypeError),
        ("flags", 1.5, TypeError),
        ("flags", -1, ValueError),
        ("flags", 2**70, ValueError),
        ("rootdir", 5, TypeError),
        ("rootdir", True, TypeError),
        ("workdir", 5, TypeError),
        ("workdir", True, TypeError),
        ("proc", "", ValueError),
        ("proc", 5, TypeError),
        ("hostname", 5, TypeError),
        ("hostname", "", ValueError),
        ("domainname", 5, TypeError),
        ("propagation", 5, TypeError),
        ("propagation", "sideways", ValueError),
        ("stdin", 1.5, TypeError),
        ("stdin", "", ValueError),
        ("stdout", "", ValueError),
        ("stderr", 2**40, ValueError),
        ("pass_fds", 5, TypeError),
        ("pass_fds", "5", TypeError),
        ("pass_fds", [2**40], ValueError),
        ("pass_fds", {"a": 0}, TypeError),
        ("pass_fds", {2**40: 0}, ValueError),
        ("pass_fds", {2: 0}, ValueError),
        ("mounts", 5, TypeError),
        ("mounts", "/a", TypeError),
        ("mounts", [5], TypeError),
        ("mounts", [("/a",)], ValueError),
        ("mounts", [{"source": "/a"}], ValueError),
        ("mounts", [{"source": "/a", "target": "/b"}], ValueError),
        ("mounts", [(5, "/a")], TypeError),
        ("mounts", [("/a", 5)], TypeError),
        ("mounts", [("/a", "")], ValueError),
        ("mounts", [("", "/a")], ValueError),
        ("mounts", [("/a", "/b", 5)], TypeError),
        ("mounts", [("/a", "/b", "bind", 5)], TypeError),
        ("mounts", [("/a", "/b", "bind", [5])], TypeError),
        ("spec", 5, TypeError),
        ("spec", {"process": {"args": {1}}}, TypeError),
        ("terminal", "yes", TypeError),
        ("setgroups", "deny", TypeError),
        ("init", "no", TypeError),
        ("init", 2, ValueError),
        ("no_new_privs", "no", TypeError),
        ("new_session", 1.5, TypeError),
        ("executable", "", ValueError),
        ("executable", 5, TypeError),
        ("process_group", -1, ValueError),
        ("process_group", "own", TypeError),
        ("die_with_parent", "no", TypeError),
        ("readonly", "no", TypeError),
        ("pivot_root", "no", TypeError),
        ("default_mounts", "no", TypeError),
        ("mount_proc", "no", TypeError),
        ("daemonize", "no", TypeError),
        ("map_zero", "no", TypeError),
        ("all", "no", TypeError),
        ("net", 1.5, TypeError),
        ("net", 2, ValueError),
    ],
)
def test_wrong_values_are_refused_by_name(name, value, error):
    options = {"argv": ["/bin/true"], name: value}
    refused(error, name, lambda: Container(**options))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("readonly", {"readonly": True}),
        ("readonly", {"readonly": True, "newns": True}),
        ("pivot_root", {"pivot_root": False}),
        ("uid_map", {"map_zero": True, "uid_map": "0 1000 1"}),
        ("gid_map", {"map_zero": True, "gid_map": "0 1000 1"}),
        ("time_limit_grace", {"time_limit_grace": 1}),
        ("terminal_size", {"terminal_size": (1, 2)}),
    ],
)
def test_no_option_is_ignored(name, options):
    refused(ValueError, name, lambda: Container(target=int, **options))
    refused(ValueError, name, lambda: pyspaces.run(["true"], **options))
    if name != "terminal_size":
        refused(ValueError, name, lambda: pyspaces.get_context("fork", **options))


def test_the_words_of_a_refusal():
    with pytest.raises(TypeError, match=r"^uid='root': a number is needed$"):
        Container(target=int, uid="root")
    with pytest.raises(TypeError, match=r"^uid=1\.5: a whole number is needed$"):
        Container(target=int, uid=1.5)
    with pytest.raises(ValueError, match=r"^umask=0o1000: a number from 0o0 to 0o777 is needed$"):
        Container(target=int, umask=0o1000)
    with pytest.raises(TypeError, match=r"^groups\[1\]='x': a number is needed$"):
        Container(target=int, groups=[0, "x"])
    with pytest.raises(TypeError, match=r"^env\['A'\]=1: a string is needed$"):
        Container(target=int, env={"A": 1})
    with pytest.raises(ValueError, match=r"^time_limit=0: .*None is for no limit"):
        Container(target=int, time_limit=0)
    with pytest.raises(ValueError, match=r"^time_limit=1e\+300: at most 9223372036 seconds are possible$"):
        Container(target=int, time_limit=1e300)
    with pytest.raises(TypeError, match=r"^target_pid must be a pid or a process, not 1\.5$"):
        Inject(1.5, argv=["/bin/true"])


def test_signals_are_numbers():
    container = Container(argv=["sleep", "60"])
    container.start()
    try:
        for sig, error in (("x", TypeError), (1.5, TypeError), (2**40, ValueError), (-1, ValueError)):
            with pytest.raises(error, match="sig"):
                container.send_signal(sig)
    finally:
        container.kill()
        container.join()
        container.close()


@pytest.mark.parametrize(
    ("timeout", "error"), [(NAN, ValueError), (math.inf, ValueError), (1e300, ValueError), ("1", TypeError)]
)
def test_a_timeout_is_a_number_of_seconds(timeout, error):
    container = Container(argv=["sleep", "60"])
    container.start()
    try:
        with pytest.raises(error, match="timeout"):
            container.join(timeout)
        container.join(-1)
        assert container.is_alive()
    finally:
        container.kill()
        container.join()
        container.close()


# --- Values that are some, in unusual forms ---------------------------------------------------------------


class Number:
    """An integer of another library."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


def test_numbers_of_other_libraries_are_numbers():
    assert call(lambda: os.umask(0), umask=Number(0o27)) == 0o27


def test_iterators_can_be_used_twice():
    container = Container(argv=iter(["echo", "word"]), groups=iter([]), uid_map=map(int, [os.getuid()]))
    assert container.explain() == container.explain()


def test_an_environment_of_bytes():
    env = UserDict({b"NAME": b"value", "PATH": os.environ["PATH"]})
    assert output("sh", "-c", "echo $NAME", env=env) == "value\n"
    assert call(os.getenv, "NAME", env=env) == "value"
