"""What processes of isolated contexts share: locks, queues, memory, managers, and processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import socket
from multiprocessing import managers, shared_memory

import pytest

from support import finish, isolated, run, start

# Its shared memory comes from an arena that multiprocessing keeps.
multiprocessing.Barrier(1)

pytestmark = pytest.mark.usefixtures("no_helpers")


def add_one(value, lock, barrier):
    barrier.wait(60)
    for _ in range(100):
        with lock:
            value.value += 1


def pass_through(tasks, results):
    results.put(tasks.get() + 1)
    tasks.task_done()


def take_turns(event, condition, semaphore, order):
    event.wait(60)
    with condition:
        order[0] += 1
        condition.notify()
    semaphore.release()


def upper(name, sender):
    memory = shared_memory.SharedMemory(name)
    memory.buf[:5] = bytes(memory.buf[:5]).upper()
    memory.close()
    made = shared_memory.SharedMemory(create=True, size=10)
    made.buf[:2] = b"hi"
    sender.send(made.name)
    made.close()


def use_proxies(mapping, items, queue, lock):
    with lock:
        mapping["pid"] = os.getpid()
        items.append(socket.gethostname())
    queue.put("done")


def test_locks_values_and_barriers(context):
    value, lock, barrier = context.Value("i", 0), context.RLock(), context.Barrier(3)
    processes = [start(context, add_one, value, lock, barrier) for _ in range(3)]
    for process in processes:
        finish(process)
    assert value.value == 300


def test_events_conditions_and_semaphores(context):
    event, condition, semaphore = context.Event(), context.Condition(), context.Semaphore(0)
    order = context.Array("i", [0])
    process = start(context, take_turns, event, condition, semaphore, order)
    with condition:
        event.set()
        assert condition.wait_for(lambda: order[0] == 1, 60)
    assert semaphore.acquire(timeout=60)
    finish(process)


def test_queues(context):
    tasks, results = context.JoinableQueue(), context.SimpleQueue()
    process = start(context, pass_through, tasks, results)
    tasks.put(41)
    assert results.get() == 42
    tasks.join()
    finish(process)
    tasks.close()
    tasks.join_thread()
    results.close()


def test_shared_memory(context):
    memory = shared_memory.SharedMemory(create=True, size=100)
    receiver, sender = context.Pipe(duplex=False)
    try:
        memory.buf[:5] = b"hello"
        run(context, upper, memory.name, sender)
        assert bytes(memory.buf[:5]) == b"HELLO"
        # What the process has made outlives it.
        made = shared_memory.SharedMemory(receiver.recv())
        assert bytes(made.buf[:2]) == b"hi"
        made.close()
        made.unlink()
    finally:
        memory.close()
        memory.unlink()
        receiver.close()
        sender.close()


def test_managers(context):
    with context.Manager() as manager:
        mapping, items, queue = manager.dict(), manager.list(), manager.Queue()
        run(context, use_proxies, mapping, items, queue, manager.Lock())
        assert (dict(mapping), list(items), queue.get()) == ({"pid": 2}, ["inside"], "done")
    with managers.SharedMemoryManager(ctx=context) as manager:
        assert manager.ShareableList([1, 2])[1] == 2


def test_connections_by_a_queue(context):
    queue = context.Queue()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    with receiver, sender:
        process = start(context, send_one, queue)
        queue.put(sender)
        assert receiver.recv() == "by a pipe of ours"
        finish(process)
    queue.close()
    queue.join_thread()


def send_one(queue):
    with queue.get(timeout=60) as sender:
        sender.send("by a pipe of ours")


def nest(value, sender):
    own = multiprocessing.RawValue("i", 1)
    nested = isolated("fork").Process(target=nested_values, args=(value, sender))
    nested.start()
    nested.join(60)
    assert nested.exitcode == 0
    assert own.value == 1  # not overwritten: both have pid 2, and each its heap
    value.value += 1


def nested_values(value, sender):
    own = [multiprocessing.RawValue("i", 7) for _ in range(100)]
    value.value += own[0].value
    sender.send(os.getpid())


def test_a_process_can_have_isolated_processes_itself(context):
    value = context.Value("i", 0)
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        run(context, nest, value, sender)
        assert (value.value, receiver.recv()) == (8, 2)
