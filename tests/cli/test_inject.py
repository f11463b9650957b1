"""inject: a program in the namespaces of a running process."""

import os

import pytest

from conftest import running_container
from support import NAMESPACES, SHOW_NAMESPACES, namespaces, parse_namespaces


def joined(space, pid, *options, operands=None):
    """Which namespaces a program injected so shares with the process; those of the host are the rest."""
    shown = parse_namespaces(space.output("inject", *options, *(operands or [pid]), *SHOW_NAMESPACES))
    theirs = namespaces(pid)
    ours = namespaces()
    for name, link in shown.items():
        assert link in (theirs[name], ours[name])
    return {name for name in NAMESPACES if shown[name] == theirs[name]}


@pytest.mark.parametrize("options", [[], ["-a"], ["--all"]])
def test_all_namespaces_that_differ_by_default(space, container, options):
    assert joined(space, container, *options) == set(NAMESPACES)


@pytest.mark.parametrize(
    "options, expected",
    [
        (["--user", "--uts"], {"user", "uts"}),
        (["-Uni"], {"user", "net", "ipc"}),
        (["--all", "--share", "net,ipc"], set(NAMESPACES) - {"net", "ipc"}),
    ],
)
def test_only_those_that_are_named(space, container, options, expected):
    assert joined(space, container, *options) == expected


def test_options_may_follow_the_pid(as_root):
    with running_container(as_root) as pid:
        assert joined(as_root, pid, operands=[pid, "--user", "--uts", "--"]) == {"user", "uts"}


def test_a_namespace_can_be_named_by_its_file(as_root):
    with running_container(as_root, "--share", "user") as pid:
        assert joined(as_root, pid, f"--net=/proc/{pid}/ns/net") == {"net", "user"}
        assert joined(as_root, pid, f"--net=/proc/{pid}/ns/net", "--uts") == {"net", "uts", "user"}


def test_another_proc_file_system(as_root, directory):
    proc = directory / "proc"
    proc.symlink_to("/proc")
    with running_container(as_root) as pid:
        assert joined(as_root, pid, "--proc", proc) == set(NAMESPACES)
        assert joined(as_root, pid, "--proc", proc, "-Uu") == {"user", "uts"}


def test_the_program_is_visible_in_the_pid_namespace(space, container):
    shown = space.output("inject", container, "ps", "-A", "-o", "pid=,comm=").splitlines()
    assert [line.split()[1] for line in shown] == ["sh", "ps"]


def test_root_and_directory_are_those_of_the_process(space, rootfs):
    with running_container(space, "--root", rootfs) as pid:
        environment = {"PATH": "/bin"}
        assert space.output("inject", pid, "ls", "/home", env=environment) == "someone\n"
        assert space.output("inject", pid, "-w", "/home", "pwd", env=environment) == "/home\n"


def test_who_the_program_is(space, container):
    assert space.output("inject", container, "id", "-u") == "0\n"
    assert space.output("inject", "--id", container, "id", "-u") == "0\n"


def test_ids_inside(as_root):
    with running_container(as_root, "--uid", "0 1000 10", "--gid", "0 1000 10") as pid:
        options = ["--uid", "3", "--gid", "4", "--groups", "5"]
        shown = as_root.output("inject", *options, pid, "sh", "-c", "id -u; id -g; id -G")
        assert shown.split() == ["3", "4", "4", "5"]


def test_the_exit_status_is_passed_on(space, container):
    assert space.run("inject", container, "sh", "-c", "exit 42").returncode == 42
    assert space.run("inject", container, "sh", "-c", "kill -TERM $$").returncode == 143


def test_the_environment_and_streams_are_the_callers(space, container):
    assert space.run("inject", container, "cat", input="text").stdout == "text"


def test_a_process_that_is_gone(plain):
    gone = os.posix_spawnp("true", ["true"], os.environ)
    os.waitpid(gone, 0)
    for options in ([], ["--net"], ["--all"], ["--all", "--share", "net"], ["--proc", "/proc"]):
        error = plain.failure("inject", *options, gone, "true")
        assert str(gone) in error
        assert "No such" in error


@pytest.mark.parametrize("pid", ["0", "-1", "abc", "99999999999", "", "1x"])
def test_what_is_no_pid(plain, pid):
    assert f'"{pid}" is no pid' in plain.failure("inject", pid, "true")
