"""What multiprocessing shares works across the border of a container."""

from __future__ import annotations

import multiprocessing
import os
import socket
from multiprocessing import shared_memory

import pytest

from pyspaces import Container
from support import call

pytestmark = pytest.mark.parametrize("options", [{}, {"all": True}], ids=["nothing", "all"])


# Its shared memory comes from an arena that multiprocessing keeps.
multiprocessing.Barrier(1)


def run(target, *args, **options):
    container = Container(target=target, args=args, **options)
    container.start()
    container.join(30)
    assert container.exitcode == 0
    container.close()


def test_queue(options):
    queue = multiprocessing.Queue()
    container = Container(target=lambda: queue.put({"pid": os.getpid()}), **options)
    container.start()
    assert set(queue.get(timeout=30)) == {"pid"}
    container.join(30)
    assert container.exitcode == 0
    container.close()
    queue.close()
    queue.join_thread()


def test_simple_queue(options):
    queue = multiprocessing.SimpleQueue()
    run(queue.put, "something", **options)
    assert queue.get() == "something"
    queue.close()


def test_pipe_both_ways(options):
    ours, theirs = multiprocessing.Pipe()

    def echo():
        theirs.send(theirs.recv() * 2)

    with ours, theirs:
        container = Container(target=echo, **options)
        container.start()
        ours.send(21)
        assert ours.recv() == 42
        container.join()
        container.close()


def test_descriptors_through_a_pipe(options):
    """Sockets, which multiprocessing passes by SCM_RIGHTS."""
    left, right = socket.socketpair()
    with left, right:
        run(lambda: left.sendall(b"from inside"), **options)
        assert right.recv(100) == b"from inside"


def test_lock(options):
    lock = multiprocessing.Lock()
    with lock:
        assert call(lambda: lock.acquire(timeout=0.05), **options) is False
    assert call(lambda: lock.acquire(timeout=30), **options) is True
    lock.release()


def test_event(options):
    asked, answered = multiprocessing.Event(), multiprocessing.Event()

    def answer():
        asked.wait(30)
        answered.set()

    container = Container(target=answer, **options)
    container.start()
    assert not answered.is_set()
    asked.set()
    assert answered.wait(30)
    container.join()
    container.close()


def test_semaphore_and_barrier(options):
    semaphore, barrier = multiprocessing.Semaphore(0), multiprocessing.Barrier(2)

    def meet():
        barrier.wait(30)
        semaphore.release()

    container = Container(target=meet, **options)
    container.start()
    barrier.wait(30)
    assert semaphore.acquire(timeout=30)
    container.join()
    container.close()


def test_value_and_array(options):
    value, array = multiprocessing.Value("i", 1), multiprocessing.Array("d", 3)

    def change():
        with value.get_lock():
            value.value += 41
        array[1] = 0.5

    run(change, **options)
    assert value.value == 42
    assert array[:] == [0.0, 0.5, 0.0]


def test_shared_memory(options):
    memory = shared_memory.SharedMemory(create=True, size=100)
    try:

        def write():
            memory.buf[:5] = b"hello"

        run(write, **options)
        assert bytes(memory.buf[:5]) == b"hello"
    finally:
        memory.close()
        memory.unlink()
    from multiprocessing import resource_tracker

    resource_tracker._resource_tracker._stop()  # the process that would tell of a leak, and is our child


def test_many_at_once(options):
    queue = multiprocessing.SimpleQueue()
    containers = [Container(target=queue.put, args=(number,), **options) for number in range(20)]
    for container in containers:
        container.start()
    assert sorted(queue.get() for _ in containers) == list(range(20))
    for container in containers:
        container.join()
        assert container.exitcode == 0
        container.close()
    queue.close()
