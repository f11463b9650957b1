"""setns: the calling thread goes to other namespaces."""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import threading

import pytest

from pyspaces import Error, Inject, _visit, setns
from support import (
    ROOT,
    call,
    changed,
    changed_here,
    here,
    namespaces,
    needs_root,
    paused,
    threads,
)


@needs_root
@pytest.mark.parametrize("name", ["net", "uts", "ipc", "cgroup", "newnet", "newuts", "newipc"])
def test_in_and_out(other, name):
    before = here()
    with setns(other, **{name: True}):
        assert changed_here(before) == {name.replace("new", "")}
    assert here() == before


@needs_root
def test_several(other):
    before = here()
    with setns(other.pid, net=True, uts=True):
        assert changed_here(before) == {"net", "uts"}
        assert subprocess.run(["ls", "/sys/class/net"], check=True, capture_output=True)
    assert here() == before


@needs_root
def test_names_and_paths(other):
    before = here()
    with setns(other.pid, 0, "/proc", "net", "uts"):
        assert changed_here(before) == {"net", "uts"}
    with setns(other.pid, os.getpid(), "/proc", net=f"/proc/{other.pid}/ns/net"):
        assert changed_here(before) == {"net"}
    with open(f"/proc/{other.pid}/ns/uts") as file, setns(str(other.pid), uts=file):
        assert changed_here(before) == {"uts"}
    assert here() == before


@needs_root
def test_the_mount_namespace_with_root_and_working_directory(rootfs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if threads() > 1:
        pytest.skip("the interpreter that runs the tests has threads")
    with paused(rootdir=rootfs, newns=True) as container:
        before, root = here(), os.listdir("/")
        with setns(container, mnt=True):
            inside = os.listdir("/")
        assert inside == os.listdir(rootfs)
        assert here() == before
        assert os.listdir("/") == root
        assert os.getcwd() == str(tmp_path)


@needs_root
def test_all_by_default():
    with paused(net=True, uts=True) as container:
        before = here()
        with setns(container):
            assert changed_here(before) == {"net", "uts"}
        with setns(container, net=False):
            assert changed_here(before) == {"uts"}
        with setns(container, all=True, uts=False):
            assert changed_here(before) == {"net"}
        assert here() == before


@needs_root
def test_the_pid_namespace_is_that_of_new_processes(other):
    with setns(other, pid=True):
        text = subprocess.run(["sh", "-c", "echo $$"], check=True, capture_output=True, text=True).stdout
    assert int(text) < 100
    text = subprocess.run(["sh", "-c", "echo $$"], check=True, capture_output=True, text=True).stdout
    assert os.path.exists(f"/proc/{text.strip()}") or int(text) > 2


@needs_root
def test_nested(other):
    before = here()
    with paused(net=True) as another, setns(other, uts=True, net=True):
        between = here()
        with setns(another, net=True):
            assert changed_here(between) == {"net"}
        assert here() == between
    assert here() == before


@needs_root
def test_one_object_more_than_once(other):
    before = here()
    visit = setns(other, net=True)
    with visit:
        between = here()
        with visit:
            assert here() == between
        assert here() == between
    with visit:
        assert here() == between
    assert here() == before


@needs_root
def test_as_a_decorator(other):
    before = here()

    @setns(other, net=True)
    def look():
        return here()

    assert look()["net"] != before["net"]
    assert here() == before


@needs_root
def test_only_the_calling_thread_changes(other):
    """With threads present: each sees its own namespaces, all the time."""
    before = here()
    go, stop = threading.Barrier(2), threading.Barrier(2)
    seen = []

    def look():
        go.wait()
        seen.append(here())
        stop.wait()

    thread = threading.Thread(target=look)
    thread.start()
    with setns(other, net=True, uts=True, ipc=True):
        go.wait()
        stop.wait()
        assert changed_here(before) == {"net", "uts", "ipc"}
    thread.join()
    assert seen == [before]
    assert here() == before


@needs_root
def test_many_threads_at_once(other):
    before = here()
    wrong = []

    def visit():
        for _ in range(100):
            with setns(other, net=True):
                if changed_here(before) != {"net"}:
                    wrong.append("inside")
            if here() != before:
                wrong.append("after")

    all_threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in all_threads:
        thread.start()
    for thread in all_threads:
        thread.join()
    assert wrong == []


def test_run_returns_what_the_function_returns(other):
    assert setns(other).run(lambda *args, **kwargs: (args, kwargs), 1, two=2) == ((1,), {"two": 2})
    assert setns(other).run(namespaces) == namespaces(other.pid)
    assert changed(namespaces()) == set()


def test_run_raises_what_the_function_raises(other):
    def fail():
        raise LookupError("in there")

    with pytest.raises(LookupError, match="in there") as caught:
        setns(other).run(fail)
    assert "in fail" in str(caught.value.__cause__)
    with pytest.raises(SystemExit):
        setns(other).run(os.sys.exit, 3)
    with pytest.raises(FileNotFoundError):
        setns(other).run(open, "/nonexistent")


def test_run_with_something_that_cannot_be_sent(other):
    with pytest.raises(TypeError, match="cannot send"):
        setns(other).run(lambda: lambda: None)


def test_run_of_a_function_that_never_returns(other):
    with pytest.raises(ChildProcessError, match="exit_code=7"):
        setns(other).run(os._exit, 7)


def test_run_chooses_namespaces(other):
    options = {"uts": True} if ROOT else {"uts": True, "user": True}
    assert changed(setns(other, **options).run(namespaces)) == {*options}


def test_the_call_without_os_setns():
    """Before Python 3.12 it is libc's, whose errors must be those of the calling thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.setns(-1, 0) == -1
    assert ctypes.get_errno() == errno.EBADF
    with pytest.raises((OSError, ValueError), match=r"Bad file descriptor|negative"):
        _visit._setns(-1, 0)


@needs_root
def test_inject_from_within(other):
    """What is started in the block starts from there."""
    with setns(other, net=True):
        net = here()["net"]
        process = Inject(os.getpid(), argv=["true"])
        process.start()
        process.join()
        assert process.exitcode == 0
        process.close()
    assert net == namespaces(other.pid)["net"]


def test_root_of_a_container_visits_what_is_within():
    """An ordinary user, too, has the privileges it takes inside a user namespace of their own."""

    def visit():
        with paused(net=True, uts=True, ipc=True, pid=True) as within:
            before = here()
            with setns(within, net=True, uts=True, pid=True):
                inside = changed_here(before)
                child = subprocess.run(["sh", "-c", "echo $$"], check=True, capture_output=True, text=True)
            try:
                with setns(within, uts=True, net="/proc/self/ns/uts"):
                    raise AssertionError("never here")
            except Error as error:
                failure = error.object
            return inside, int(child.stdout), failure, here() == before

    assert call(visit, all=True, time=False) == ({"net", "uts"}, 3, "net", True)
