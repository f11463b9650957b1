"""Fixtures of the tests, and what every test is checked for."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pathlib

import pytest

import support


def children() -> set[str]:
    return set(pathlib.Path("/proc/thread-self/children").read_text().split())


@pytest.fixture(autouse=True)
def nothing_is_left():
    """No test leaves a process, a descriptor or a changed namespace behind."""
    before = set(os.listdir("/proc/self/fd"))
    own_children = children()  # the resource tracker of multiprocessing is one, once it has been needed
    own = support.namespaces("thread-self")
    cwd, root = os.stat("."), os.stat("/")
    mounts = pathlib.Path("/proc/thread-self/mountinfo").read_text()
    yield
    gc.collect()
    assert multiprocessing.active_children() == []
    assert children() <= own_children
    assert set(os.listdir("/proc/self/fd")) <= before
    assert support.namespaces("thread-self") == own
    assert os.path.samestat(os.stat("."), cwd)
    assert os.path.samestat(os.stat("/"), root)
    assert pathlib.Path("/proc/thread-self/mountinfo").read_text() == mounts


@pytest.fixture
def rootfs(tmp_path: pathlib.Path) -> str:
    """A root directory with a static shell."""
    return support.make_root(tmp_path / "root")
