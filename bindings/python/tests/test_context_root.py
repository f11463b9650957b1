"""Isolated contexts in another root directory, where a Python and what processes share must be found."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import sys
from concurrent import futures
from multiprocessing import shared_memory

import pytest

import pyspaces
import support
from support import METHODS, UNPRIVILEGED

multiprocessing.Barrier(1)

pytestmark = pytest.mark.usefixtures("no_helpers")


def needed() -> list[str]:
    """What this interpreter and these tests are read from, without what lies below another of them."""
    paths = {"/usr", "/bin", "/lib", "/lib64", sys.base_prefix, sys.prefix, os.path.dirname(__file__)}
    paths |= set(sys.path) - {"", os.getcwd()}
    with open("/proc/self/maps") as maps:
        paths |= {os.path.dirname(line.split()[-1]) for line in maps if ".so" in line}
    found = sorted(os.path.abspath(path) for path in paths if os.path.isdir(path))
    return [path for path in found if not any(path.startswith(other + "/") for other in found)]


@pytest.fixture
def options(tmp_path):
    """Another root directory with a Python in it, and nothing else."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "only here").write_text("")
    tmp_path.chmod(0o755)
    mounts = [(path, path, "bind", "rbind,ro") for path in needed()]
    return {"all": True, "rootdir": root, "default_mounts": True, "mounts": mounts}


@pytest.fixture(params=METHODS)
def context(request, options):
    return pyspaces.get_context(request.param, **options)


def look(_=None):
    return os.path.exists("/only here"), os.path.exists("/etc"), os.getcwd()


def use_everything(lock, event, queue, name, mapping, condition):
    with lock:
        event.set()
    with condition:
        condition.notify()
    memory = shared_memory.SharedMemory(name)
    memory.buf[0] = 7
    memory.close()
    made = multiprocessing.Lock()
    with made:
        mapping["seen"] = look()
    queue.put(sorted(os.listdir("/dev/shm")))


def send_one(queue):
    with queue.get(timeout=60) as sender:
        sender.send("through a listener")


def test_everything_that_processes_share(context):
    memory = shared_memory.SharedMemory(create=True, size=10)
    lock, event, queue, condition = context.Lock(), context.Event(), context.Queue(), context.Condition()
    try:
        with context.Manager() as manager:
            mapping = manager.dict()
            args = (lock, event, queue, memory.name, mapping, condition)
            process = context.Process(target=use_everything, args=args)
            process.start()
            assert memory.name in queue.get(timeout=60)
            process.join(60)
            assert process.exitcode == 0
            assert event.is_set()
            assert mapping["seen"] == (True, False, "/")
            assert memory.buf[0] == 7
    finally:
        memory.close()
        memory.unlink()
        queue.close()
        queue.join_thread()


def test_pools(context):
    with context.Pool(2) as pool:
        assert pool.map(look, range(4)) == [(True, False, "/")] * 4
    with futures.ProcessPoolExecutor(2, context) as executor:
        assert executor.submit(look).result(60) == (True, False, "/")


def test_connections_by_a_queue(context):
    queue = context.Queue()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    with receiver, sender:
        process = context.Process(target=send_one, args=(queue,))
        process.start()
        queue.put(sender)
        assert receiver.recv() == "through a listener"
        process.join(60)
    queue.close()
    queue.join_thread()


def test_shared_memory_of_its_own(options):
    mounts = [*options["mounts"], (None, "/dev/shm", "tmpfs")]
    context = pyspaces.get_context("fork", **{**options, "mounts": mounts})
    receiver, sender = context.Pipe(duplex=False)
    memory = shared_memory.SharedMemory(create=True, size=10)
    with receiver, sender:
        process = context.Process(target=lambda: sender.send(os.listdir("/dev/shm")))
        process.start()
        assert receiver.recv() == []
        process.join(60)
    memory.close()
    memory.unlink()


@pytest.mark.skipif(not support.ROOT, reason="chroot(2) alone needs root")
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_root_that_cannot_have_it_is_refused(method, tmp_path):
    with pytest.raises(ValueError, match=r"/dev/shm.*newns=True"):
        pyspaces.get_context(method, rootdir=tmp_path)
    (tmp_path / "dev/shm").mkdir(parents=True)
    with pytest.raises(ValueError, match="/dev/shm"):
        pyspaces.get_context(method, rootdir=tmp_path)


def test_an_interpreter_that_is_not_there(tmp_path):
    (tmp_path / "dev/shm").mkdir(parents=True)
    context = pyspaces.get_context("spawn", newns=True, rootdir=tmp_path, **UNPRIVILEGED)
    with pytest.raises(FileNotFoundError, match="python") as caught:
        context.Process(target=look).start()
    assert caught.value.step == "exec"


def test_the_directory_of_sockets_is_removed(context):
    with context.Manager() as manager:
        directory = pathlib.Path(manager.address).parent
        assert directory.parent == pathlib.Path("/dev/shm")
        assert directory.stat().st_mode & 0o777 == 0o700
    multiprocessing.util._run_finalizers(-100)
    assert not directory.exists()
