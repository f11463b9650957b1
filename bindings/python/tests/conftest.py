"""Fixtures of the tests, and what every test is checked for."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pathlib
import sys
from multiprocessing import resource_tracker

import pytest

import pyspaces
import support


@pytest.fixture(autouse=True)
def nothing_is_left():
    """No test leaves a process, a descriptor or a changed namespace behind."""
    if sys.version_info >= (3, 14):
        resource_tracker.ensure_running()  # the default start method has it sooner or later, and for good
    before = set(os.listdir("/proc/self/fd"))
    children = support.children()
    own = support.namespaces("thread-self")
    cwd, root = os.stat("."), os.stat("/")
    mounts = pathlib.Path("/proc/thread-self/mountinfo").read_text()
    yield
    gc.collect()
    assert multiprocessing.active_children() == []
    assert support.children() <= children
    assert set(os.listdir("/proc/self/fd")) <= before
    assert support.namespaces("thread-self") == own
    assert os.path.samestat(os.stat("."), cwd)
    assert os.path.samestat(os.stat("/"), root)
    assert pathlib.Path("/proc/thread-self/mountinfo").read_text() == mounts


@pytest.fixture
def rootfs(tmp_path: pathlib.Path) -> str:
    """A root directory with a static shell."""
    return support.make_root(tmp_path / "root")


# Three ways to isolate that differ in what stands between the caller and the callable.
KINDS = {
    "nothing": {},
    "all": {"all": True},
    "all, no init": {"all": True, "init": False},
}


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def kind(request):
    return request.param


@pytest.fixture
def other():
    """A process in namespaces that belong to this process' user namespace, so that root may go there."""
    options = dict.fromkeys(("net", "uts", "ipc", "cgroup", "pid", "mnt"), True)
    with support.paused(newuser=not support.ROOT, **options) as container:
        yield container


@pytest.fixture
def groups():
    """Limits of control groups for whoever runs the tests."""
    why = support.why_no_group()
    if why is not None:
        pytest.skip(why)


@pytest.fixture
def no_helpers(nothing_is_left):
    """The fork servers and the resource tracker of multiprocessing end with the test."""
    yield
    support.stop_helpers()


@pytest.fixture(params=support.METHODS)
def context(request):
    """An isolated context of each start method."""
    return support.isolated(request.param, hostname="inside")


@pytest.fixture(params=support.METHODS)
def method_context(request):
    """What makes one, from its options."""
    return lambda **options: pyspaces.get_context(request.param, **options)
