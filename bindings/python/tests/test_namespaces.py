"""Which namespaces a container gets: names, aliases, `all`, flags, and joining."""

from __future__ import annotations

import os
import signal

import pytest

from pyspaces import Container, cloning
from support import NAMESPACES, ROOT, UNPRIVILEGED, call, changed, namespaces, paused

ALIASES = {
    "user": "newuser",
    "cgroup": "newcgroup",
    "ipc": "newipc",
    "uts": "newuts",
    "net": "newnet",
    "pid": "newpid",
    "time": "newtime",
    "mnt": "newns",
}


def expected(*names):
    return {*names} | ({"user"} if UNPRIVILEGED else set())


@pytest.mark.parametrize("name", [*ALIASES.keys(), *ALIASES.values()])
def test_each_by_name_and_alias(name):
    plain = {alias: own for own, alias in ALIASES.items()}.get(name, name)
    options = {**UNPRIVILEGED, name: True}
    if name == "user":
        options.pop("newuser", None)
    assert changed(call(namespaces, **options)) == expected(plain)


def test_none_without_a_choice():
    assert changed(call(namespaces)) == set()


def test_all():
    assert changed(call(namespaces, all=True)) == set(NAMESPACES)


def test_false_wins_over_all():
    assert changed(call(namespaces, all=True, net=False, newipc=False)) == set(NAMESPACES) - {"net", "ipc"}


def test_none_is_no_choice():
    assert changed(call(namespaces, all=True, net=None)) == set(NAMESPACES)


def test_names_as_positional_arguments():
    receiver, sender = os.pipe()
    container = Container("newuser", "uts", target=lambda: os.write(sender, repr(namespaces()).encode()))
    container.start()
    container.join()
    assert changed(eval(os.read(receiver, 10000))) == {"user", "uts"}
    os.close(receiver)
    os.close(sender)
    container.close()


def test_contradicting_aliases_are_refused():
    with pytest.raises(ValueError, match="net=True and newnet=False contradict"):
        Container(net=True, newnet=False)


def test_numbers_other_than_0_and_1_are_refused():
    """They may be meant as a pid or a descriptor, and would be taken for True."""
    with pytest.raises(ValueError, match="net=5: say which by a path, an open file or a process"):
        Container(net=5)


def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'newpit'"):
        Container(newpit=True)
    with pytest.raises(ValueError, match="'newpit' is not the name of a namespace"):
        Container("newpit")


def test_flags_of_clone():
    flags = cloning.CLONE_NEWUSER | cloning.CLONE_NEWUTS | cloning.CLONE_NEWTIME | signal.SIGCHLD
    assert changed(call(namespaces, flags=flags)) == {"user", "uts", "time"}
    assert Container(flags=flags).clone_flags == flags & ~signal.SIGCHLD


@pytest.mark.parametrize("name", cloning.REFUSED_FLAGS)
def test_flags_that_make_no_sense_are_refused_with_advice(name):
    flag = cloning.REFUSED_FLAGS[name].flag
    with pytest.raises(ValueError, match=rf"{name} \(CLONE_\w+\) makes no sense for a container: .*: .*"):
        Container(**{name: True})
    with pytest.raises(ValueError, match="makes no sense for a container"):
        Container(flags=flag)
    Container(**{name: False})


def test_the_refused_flags_and_the_namespaces_are_all_there_are():
    constants = {value for name, value in vars(cloning).items() if name.startswith("CLONE_")}
    refused = {refused.flag for refused in cloning.REFUSED_FLAGS.values()}
    assert constants == refused | {namespace.bit for namespace in cloning.NAMESPACES}


@pytest.mark.parametrize("flags", [signal.SIGUSR1, 1 << 40, -1])
def test_unknown_flags_are_refused(flags):
    with pytest.raises(ValueError, match="flags="):
        Container(flags=flags)


def test_join_one_by_process_path_and_file():
    with paused(net=True, **UNPRIVILEGED) as other:
        theirs = namespaces(other.pid)
        path = f"/proc/{other.pid}/ns/net"
        joined_user = {} if ROOT else {"user": other}
        assert call(namespaces, net=other, **joined_user)["net"] == theirs["net"]
        assert call(namespaces, net=path, **joined_user)["net"] == theirs["net"]
        with open(path) as file:
            assert call(namespaces, net=file, **joined_user)["net"] == theirs["net"]


def test_a_file_that_is_not_there_is_not_found():
    with pytest.raises(FileNotFoundError, match="/no/such/file") as caught:
        Container(target=int, net="/no/such/file").start()
    assert caught.value.step == "setns"
    assert "/proc/PID/ns" in caught.value.hint


def test_the_own_proc_shows_the_containers_processes_only():
    def processes():
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]

    assert call(processes, newpid=True, newns=True, **UNPRIVILEGED) == [1, 2]
    assert call(processes, newpid=True, newns=True, init=False, **UNPRIVILEGED) == [1]
    assert os.getpid() in call(processes, newpid=True, newns=True, mount_proc=False, **UNPRIVILEGED)


def test_mounts_stay_inside():
    def mount_over_tmp():
        import subprocess

        subprocess.run(["mount", "-t", "tmpfs", "none", "/tmp"], check=True)
        return os.listdir("/tmp")

    assert call(mount_over_tmp, newns=True, **UNPRIVILEGED) == []
    # and the fixture finds the mounts of this process unchanged
