"""setns: the calling thread goes to other namespaces and always comes back."""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import threading

import pytest

from pyspaces import Error, Inject, RestoreError, _visit, setns
from support import ROOT, call, changed, namespaces, needs_root, needs_user, paused


def here():
    return namespaces("thread-self")


@pytest.fixture
def other():
    """A process in namespaces that belong to this process' user namespace, so that root may go there."""
    with paused(net=True, uts=True, ipc=True, cgroup=True, pid=True, mnt=True, newuser=not ROOT) as container:
        yield container


@needs_root
@pytest.mark.parametrize("name", ["net", "uts", "ipc", "cgroup", "newnet", "newuts", "newipc"])
def test_in_and_out(other, name):
    before = here()
    with setns(other, **{name: True}):
        assert changed_here(before) == {name.replace("new", "")}
    assert here() == before


def changed_here(before):
    now = here()
    return {name for name in now if now[name] != before[name]}


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


def threads():
    return len(os.listdir("/proc/self/task"))


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
def test_it_comes_back_on_an_exception(other):
    before = here()
    with pytest.raises(ZeroDivisionError), setns(other, net=True, uts=True):
        raise ZeroDivisionError
    assert here() == before


@needs_root
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_it_comes_back_on_any_exception(other, error):
    before = here()
    with pytest.raises(error), setns(other, net=True):
        raise error
    assert here() == before


@needs_root
def test_half_an_entry_is_undone(other, tmp_path):
    before = here()
    (tmp_path / "file").write_text("no namespace")
    with (
        pytest.raises(Error, match="cannot enter the net namespace") as caught,
        setns(other, uts=True, net=tmp_path / "file"),
    ):
        raise AssertionError("never here")
    assert caught.value.errno == errno.EINVAL
    assert caught.value.step == "setns"
    assert here() == before


def test_a_missing_file_is_told_before_anything_is_done(other):
    before = here()
    with pytest.raises(FileNotFoundError, match="/nonexistent"), setns(other, uts=True, net="/nonexistent"):
        raise AssertionError("never here")
    assert here() == before


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


@needs_root
@pytest.mark.parametrize("name", ["mnt", "time"])
def test_what_the_kernel_forbids_with_threads_is_told_with_the_cure(name):
    with paused(mnt=True, time=True, uts=True) as container:
        event = threading.Event()
        thread = threading.Thread(target=event.wait)
        thread.start()
        before = here()
        try:
            with (
                pytest.raises(Error, match=rf"{name} namespace .* threads.*\.run\(.*Inject") as caught,
                setns(container, uts=True, **{name: True}),
            ):
                raise AssertionError("never here")
            assert caught.value.hint
            assert here() == before
            assert setns(container, **{name: True}).run(namespaces)[name] == namespaces(container.pid)[name]
        finally:
            event.set()
            thread.join()


def test_the_user_namespace_is_refused_with_the_cure():
    """No thread can come back from one, threads or not."""
    with paused(newuser=True) as container:
        before = here()
        with (
            pytest.raises(PermissionError, match=r"no thread can come back.*\.run\(.*Inject.*user=False"),
            setns(container, all=True),
        ):
            raise AssertionError("never here")
        assert here() == before
        assert setns(container, all=True).run(os.getuid) == 0


@needs_user
def test_namespaces_of_another_user_namespace_are_refused_with_the_cure(other):
    with pytest.raises(PermissionError, match=r"CAP_SYS_ADMIN.*\.run\("), setns(other, net=True, user=False):
        raise AssertionError("never here")
    assert setns(other).run(namespaces) == namespaces(other.pid)


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


@needs_root
def test_a_restore_that_fails_is_loud(other, monkeypatch):
    before = here()
    original = _visit._setns
    own = []

    def fail(fd, kind=0):
        own.append((os.dup(fd), kind))
        raise OSError(errno.EPERM, "Operation not permitted")

    message = r"cannot put the thread back into its own net: .*end this process"
    with pytest.raises(RestoreError, match=message) as caught, setns(other, net=True):
        monkeypatch.setattr(_visit, "_setns", fail)
    assert isinstance(caught.value, Error)
    assert caught.value.errno == errno.EPERM
    for fd, kind in own:
        original(fd, kind)
        os.close(fd)
    assert here() == before


@needs_root
def test_a_restore_that_fails_keeps_the_first_exception(other, monkeypatch):
    original = _visit._setns
    own = []

    def fail(fd, kind=0):
        own.append((os.dup(fd), kind))
        raise OSError(errno.EPERM, "Operation not permitted")

    with pytest.raises(RestoreError) as caught, setns(other, net=True):
        monkeypatch.setattr(_visit, "_setns", fail)
        raise ZeroDivisionError
    chain, error = [], caught.value
    while error is not None:
        chain.append(type(error))
        error = error.__cause__ or error.__context__
    for fd, kind in own:
        original(fd, kind)
        os.close(fd)
    assert OSError in chain or PermissionError in chain


@needs_root
def test_another_thread_cannot_leave(other):
    """A context manager that travels between threads, as in a thread pool, would restore the wrong one."""
    visit = setns(other, net=True)
    caught = []

    def leave():
        try:
            visit.__exit__(None, None, None)
        except RestoreError as error:
            caught.append(error)

    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    visit.__enter__()
    entered = list(visit._entered)
    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
    assert "another thread" in str(caught[0])
    entered[0].leave()
    os.close(own)


@needs_root
def test_an_interruption_on_the_way_back_has_to_wait(other, monkeypatch):
    before = here()
    original = _visit._setns
    calls = []

    def interrupted(fd, kind):
        calls.append(kind)
        if len(calls) == 1:
            raise KeyboardInterrupt
        original(fd, kind)

    with pytest.raises(KeyboardInterrupt), setns(other, net=True, uts=True):
        monkeypatch.setattr(_visit, "_setns", interrupted)
    assert len(calls) == 3
    assert here() == before


@needs_root
@pytest.mark.parametrize("when", range(4))
def test_an_interruption_on_the_way_there(other, monkeypatch, when):
    before = here()
    original = _visit._setns
    calls = []

    def interrupted(fd, kind):
        original(fd, kind)
        calls.append(kind)
        if len(calls) == when + 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(_visit, "_setns", interrupted)
    with pytest.raises(KeyboardInterrupt), setns(other, net=True, uts=True):
        raise AssertionError("never here")
    assert here() == before


def test_wrong_arguments():
    with pytest.raises(TypeError, match="unexpected keyword argument 'nte'"):
        setns(1, nte=True)
    with pytest.raises(ValueError, match="'nte' is not the name"):
        setns(1, 0, "/proc", "nte")
    with pytest.raises(ValueError, match="parent_pid=1"):
        setns(os.getpid(), 1)
    with pytest.raises(ProcessLookupError), setns(4194304):
        raise AssertionError("never here")


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


def test_no_entry_where_there_is_no_way_back():
    """Root of a user namespace may go to a network of its own, but not back to one that the host owns."""

    def visit():
        with paused(net=True, uts=True) as within:
            before = here()
            with (
                pytest.raises(PermissionError, match=r"no way back to this thread's own.*\.run\("),
                setns(within, uts=True, net=True),
            ):
                raise AssertionError("never here")
            return here() == before, setns(within).run(namespaces) == namespaces(within.pid)

    assert call(visit, newuser=True, newuts=True) == (True, True)


@needs_root
def test_a_mount_namespace_that_cannot_be_entered_changes_no_directory(other, tmp_path, monkeypatch):
    if threads() > 1:
        pytest.skip("the interpreter that runs the tests has threads")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("no namespace")
    with pytest.raises(Error, match="cannot enter the mnt namespace"), setns(other, mnt=tmp_path / "file"):
        raise AssertionError("never here")
    assert os.getcwd() == str(tmp_path)
