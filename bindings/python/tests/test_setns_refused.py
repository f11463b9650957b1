"""setns: what is refused, and with which cure."""

from __future__ import annotations

import os
import threading

import pytest

from pyspaces import Error, setns
from support import (
    here,
    namespaces,
    needs_root,
    needs_user,
    paused,
)


def test_a_missing_file_is_told_before_anything_is_done(other):
    before = here()
    with pytest.raises(FileNotFoundError, match="/nonexistent"), setns(other, uts=True, net="/nonexistent"):
        raise AssertionError("never here")
    assert here() == before


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


def test_wrong_arguments():
    with pytest.raises(TypeError, match="unexpected keyword argument 'nte'"):
        setns(1, nte=True)
    with pytest.raises(ValueError, match="'nte' is not the name"):
        setns(1, 0, "/proc", "nte")
    with pytest.raises(ValueError, match="parent_pid=1"):
        setns(os.getpid(), 1)
    with pytest.raises(ProcessLookupError), setns(4194304):
        raise AssertionError("never here")
