"""Inject: a process in the namespaces of another one."""

from __future__ import annotations

import os
import subprocess

import pytest

from pyspaces import Container, Error, Inject
from support import NAMESPACES, ROOT, UID_MAP, UNPRIVILEGED, call, changed, namespaces, needs_root, paused


def into(target, **more):
    """Inject with the signature of Container, for call()."""
    return lambda **options: Inject(target, **options, **more)


@pytest.fixture(scope="module")
def everything():
    """A container with all namespaces."""
    with paused(all=True, uid_map=UID_MAP) as container:
        yield container


@pytest.fixture(autouse=True)
def nothing_is_left():
    """The container of this module lives longer than a test."""


def test_all_that_differ_by_default(everything):
    assert call(namespaces, container=into(everything.pid)) == namespaces(everything.pid)
    assert changed(namespaces(everything.pid)) == set(NAMESPACES)


@pytest.mark.parametrize("form", [int, str, None], ids=["int", "str", "container"])
def test_the_target_in_every_form(everything, form):
    target = form(everything.pid) if form else everything
    assert call(namespaces, container=into(target)) == namespaces(everything.pid)


def test_all(everything):
    assert call(namespaces, container=into(everything), all=True) == namespaces(everything.pid)


@pytest.mark.parametrize("name", ["net", "newnet", "uts", "ipc", "cgroup"])
def test_one_by_name(everything, name):
    options = {name: True} if ROOT else {name: True, "user": True}
    inside = call(namespaces, container=into(everything), **options)
    assert changed(inside) == {name.replace("new", "")} | (set() if ROOT else {"user"})


@pytest.mark.parametrize("options", [{"all": True, "net": False}, {"net": False}, {"newnet": False}], ids=str)
def test_all_but_one(everything, options):
    assert changed(call(namespaces, container=into(everything), **options)) == set(NAMESPACES) - {"net"}


def test_by_path(everything):
    options = {"net": f"/proc/{everything.pid}/ns/net"}
    if not ROOT:
        options["user"] = f"/proc/{everything.pid}/ns/user"
    inside = call(namespaces, container=into(everything), **options)
    assert inside["net"] == namespaces(everything.pid)["net"]


def test_a_namespace_that_is_shared_already_is_no_error():
    with paused(newuser=True, newuts=True) as container:
        assert changed(call(namespaces, container=into(container), net=True, uts=True, user=True)) == {
            "user",
            "uts",
        }


def test_the_own_namespaces_are_no_error():
    assert changed(call(namespaces, container=into(os.getpid()))) == set()


def test_it_is_root_there(everything):
    assert call(os.getuid, container=into(everything)) == 0


def test_it_is_a_process_there(everything):
    """Visible in its pid namespace, which has its own numbers."""

    def look():
        return os.getpid(), sorted(int(name) for name in os.listdir("/proc") if name.isdigit())

    pid, seen = call(look, container=into(everything))
    assert pid < 100
    assert seen[:2] == [1, 2]
    assert pid in seen


def test_a_program(everything, capfd):
    process = Inject(everything, argv=["sh", "-c", "echo $(id -u); readlink /proc/self/ns/net"])
    process.start()
    process.join()
    assert process.exitcode == 0
    assert capfd.readouterr().out == f"0\nnet:[{namespaces(everything.pid)['net']}]\n"
    process.close()


def test_options_of_containers(everything, tmp_path):
    process = Inject(everything, argv=["pwd"], workdir="/usr", stdout=subprocess.PIPE)
    process.start()
    assert process.stdout.read() == b"/usr\n"
    process.join()
    process.close()


def test_positional_arguments_as_in_pyspaces(everything):
    process = Inject(everything.pid, os._exit, (5,), {}, "/proc", "net", "uts", "user")
    process.start()
    process.join()
    assert process.exitcode == 5
    process.close()


def test_signals_and_exit_codes(everything):
    process = Inject(everything, argv=["sleep", "60"])
    process.start()
    process.terminate()
    process.join(30)
    assert process.exitcode == -15
    process.close()


def test_another_proc(everything, tmp_path):
    """Where proc is mounted elsewhere, the namespaces are found there."""
    proc = tmp_path / "proc"
    proc.symlink_to("/proc")
    inside = call(namespaces, container=into(everything, proc=proc), mnt=False, pid=False)
    assert changed(inside) == set(NAMESPACES) - {"mnt", "pid"} - ({"pid"} if ROOT else set()) - {"mnt"} | (
        changed(inside) & {"pid", "mnt"}
    )
    with pytest.raises(ProcessLookupError, match="no-proc"):
        Inject(everything, int, proc=str(tmp_path / "no-proc")).start()


def test_it_sees_the_root_directory_of_the_target(rootfs):
    with paused(rootdir=rootfs, newns=True, newuser=True) as container:
        assert call(os.listdir, "/", container=into(container)) == os.listdir(rootfs)


def test_a_process_that_is_gone():
    container = Container(target=int, newuser=True)
    container.start()
    container.join()
    with pytest.raises(ProcessLookupError) as caught:
        Inject(container.pid, int).start()
    assert isinstance(caught.value, Error)
    assert caught.value.step == "setns"
    assert caught.value.object == str(container.pid)
    container.close()


def test_what_is_no_process():
    with pytest.raises(ValueError, match="not been started"):
        Inject(Container(target=int), int).start()
    with pytest.raises(ValueError, match="-1 is not a pid"):
        Inject(-1, int).start()
    with pytest.raises(TypeError, match="must be a pid"):
        Inject("nonsense", int).start()


@needs_root
def test_namespaces_of_several_processes(everything):
    with paused(newnet=True) as other:
        inside = call(namespaces, container=into(everything), uts=True, net=other)
        assert inside["uts"] == namespaces(everything.pid)["uts"]
        assert inside["net"] == namespaces(other.pid)["net"]


def test_a_subclass_with_methods(everything):
    reader, writer = os.pipe()

    class Hooked(Inject):
        def preup(self):
            os.write(writer, f"preup {os.getuid()} ".encode())

        def run(self):
            os.write(writer, b"run")

    process = Hooked(everything)
    process.start()
    process.join()
    assert os.read(reader, 100) == b"preup 0 run"
    os.close(reader)
    os.close(writer)
    process.close()


@pytest.mark.parametrize("options", [{}, {"pid": True} if ROOT else {"pid": True, "user": True}], ids=str)
def test_the_supervisor_of_a_pid_1_stands_for_its_pid_namespace(options):
    with paused(newpid=True, newns=True, init=False, time_limit=600, **UNPRIVILEGED) as container:
        assert namespaces(container.pid)["pid"] == namespaces()["pid"]  # it is outside itself
        inside = call(namespaces, container=into(container), **options)
        assert inside["pid"] == os.stat(f"/proc/{container.pid}/ns/pid_for_children").st_ino
