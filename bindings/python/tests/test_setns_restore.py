"""setns always comes back, or says loudly that it has not."""

from __future__ import annotations

import errno
import os
import threading

import pytest

from pyspaces import Error, RestoreError, _visit, setns
from support import (
    call,
    here,
    namespaces,
    needs_root,
    paused,
    threads,
)


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
