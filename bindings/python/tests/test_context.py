"""Processes of isolated contexts, and what multiprocessing shares with them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from multiprocessing import connection, managers, shared_memory

import pytest

import pyspaces
import support
from support import METHODS, NAMESPACES, changed, isolated, namespaces

# Its shared memory comes from an arena that multiprocessing keeps.
multiprocessing.Barrier(1)


@pytest.fixture(autouse=True)
def no_helpers(nothing_is_left):
    yield
    support.stop_helpers()


@pytest.fixture(params=METHODS)
def context(request):
    return isolated(request.param, hostname="inside")


def start(context, target, *args):
    process = context.Process(target=target, args=args)
    process.start()
    return process


def finish(process, exitcode=0):
    process.join(60)
    assert process.exitcode == exitcode
    process.close()


def run(context, target, *args):
    finish(start(context, target, *args))


# --- What the processes do --------------------------------------------------------------------------------


def look(sender):
    parent = multiprocessing.parent_process()
    told = parent.pid, parent.is_alive()
    sender.send((namespaces(), os.getpid(), os.getppid(), socket.gethostname(), told))
    sender.close()


def hold(receiver):
    receiver.recv()


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


def exit_with(code):
    sys.exit(code)


def environment(sender):
    sender.send((dict(os.environ), os.getcwd(), os.umask(0)))


def say_something():
    print("something", flush=True)
    print("wrong", file=sys.stderr, flush=True)


def read_fd(number):
    assert os.read(number, 5) == b"given"


# --- Isolation --------------------------------------------------------------------------------------------


def test_each_process_has_all_namespaces_of_its_own(context):
    seen = []
    for _ in range(2):
        receiver, sender = context.Pipe(duplex=False)
        with receiver, sender:
            process = start(context, look, sender)
            seen.append(receiver.recv())
            finish(process)
    for inside, pid, parent_pid, host, parent in seen:
        assert changed(inside) == set(NAMESPACES)
        assert (pid, parent_pid, host) == (2, 1, "inside")
        assert parent == (os.getpid(), True)


def test_two_processes_share_no_namespace(context):
    processes, receivers = [], []
    for _ in range(2):
        receiver, sender = context.Pipe(duplex=False)
        processes.append(start(context, look, sender))
        receivers.append(receiver)
        sender.close()
    first, second = (receiver.recv()[0] for receiver in receivers)
    for process, receiver in zip(processes, receivers):
        receiver.close()
        finish(process)
    # The numbers of namespaces are used again; but these two processes were alive at a time, if only briefly.
    assert first["user"] != namespaces()["user"] != second["user"]


@pytest.mark.parametrize("method", METHODS)
def test_without_isolation_there_is_none(method):
    context = pyspaces.get_context(method)
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        process = start(context, look, sender)
        inside, pid, *_ = receiver.recv()
        assert changed(inside) == set()
        assert pid == process.pid
        finish(process)


def test_daemons_and_names(context):
    ours, theirs = context.Pipe()
    with ours, theirs:
        process = context.Process(target=hold, args=(theirs,), name="somebody", daemon=True)
        assert (process.name, process.daemon) == ("somebody", True)
        process.start()
        assert "somebody" in repr(process)
        process.kill()
        finish(process, -signal.SIGKILL)


# --- The interface of a process ---------------------------------------------------------------------------


def test_exit_code_and_result(context):
    process = start(context, exit_with, 7)
    process.join(60)
    assert (process.exitcode, process.result.cause, process.result.exit_code) == (7, "exited", 7)
    process.close()
    with pytest.raises(ValueError, match="closed"):
        _ = process.result


@pytest.mark.parametrize("method_name, sig", [("terminate", signal.SIGTERM), ("kill", signal.SIGKILL)])
def test_ends_on_request(context, method_name, sig):
    ours, theirs = context.Pipe()
    with ours, theirs:
        process = start(context, hold, theirs)
        assert process.is_alive()
        assert process in multiprocessing.active_children()
        assert connection.wait([process.sentinel], 0) == []
        assert process.result is None
        getattr(process, method_name)()
        assert connection.wait([process.sentinel], 60) == [process.sentinel]
        process.join(60)
        assert process.result.cause == "killed"
        finish(process, -sig)


def test_a_signal_to_its_pid_reaches_the_process(context):
    receiver, sender = context.Pipe(duplex=False)
    ours, theirs = context.Pipe()
    with receiver, sender, ours, theirs:
        process = start(context, look_and_hold, sender, theirs)
        receiver.recv()
        os.kill(process.pid, signal.SIGTERM)
        process.join(60)
        assert process.result.cause == "signaled"
        finish(process, -signal.SIGTERM)


def look_and_hold(sender, theirs):
    look(sender)
    theirs.recv()


def test_send_signal_and_kill_all(context):
    for end in (lambda process: process.send_signal(signal.SIGUSR1), lambda process: process.kill_all()):
        receiver, sender = context.Pipe(duplex=False)
        ours, theirs = context.Pipe()
        with receiver, sender, ours, theirs:
            process = start(context, look_and_hold, sender, theirs)
            receiver.recv()
            end(process)
            process.join(60)
            assert process.exitcode in (-signal.SIGUSR1, -signal.SIGKILL)
            process.close()


def test_a_number_that_is_no_signal_harms_nobody(context):
    ours, theirs = context.Pipe()
    with ours, theirs:
        processes = [start(context, hold, theirs) for _ in range(2)]
        for number in (-1, signal.SIGRTMAX + 1, 255, 256):
            with pytest.raises(ValueError, match=f"sig={number}"):
                processes[0].send_signal(number)
        run(context, exit_with, 0)
        assert [process.is_alive() for process in processes] == [True, True]
        for process in processes:
            process.terminate()
            finish(process, -signal.SIGTERM)


def test_time_limit(method_context):
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        process = start(method_context(time_limit=0.3), hold, theirs)
        process.join(60)
        assert (process.exitcode, process.result.cause) == (-signal.SIGTERM, "time-limit")
        process.close()


@pytest.fixture(params=METHODS)
def method_context(request):
    return lambda **options: pyspaces.get_context(request.param, **options)


def test_a_process_sees_the_end_of_its_parent(context):
    script = """
        import os, sys, support, test_context
        if __name__ == "__main__":
            context = support.isolated(sys.argv[1])
            reader, writer = os.pipe()
            process = context.Process(target=test_context.wait_for_parent)
            process.start()
            print(process.pid, flush=True)
            os._exit(0)
    """
    tests = os.path.dirname(__file__)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([tests, *filter(None, sys.path)])}
    run = support.run_script(script, context.get_start_method(), env=environment)
    assert run.stdout.split()[1:] == ["it", "has", "ended"], run


def wait_for_parent():
    multiprocessing.parent_process().join(60)
    print("it has ended", flush=True)


# --- What processes share ---------------------------------------------------------------------------------


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


# --- Nested processes -------------------------------------------------------------------------------------


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


# --- Options ----------------------------------------------------------------------------------------------


def test_environment_directory_and_umask(method_context, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    given = {"NAME": "value", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    context = method_context(env=given, workdir="below", umask=0o27)
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        run(context, environment, sender)
        env, directory, umask = receiver.recv()
    assert {name: env.get(name) for name in given} == given
    assert not {"HOME", "PATH"} & env.keys()
    assert (directory, umask) == (str(tmp_path / "below"), 0o27)


def test_output_files(method_context, tmp_path):
    with open(tmp_path / "output", "w+") as output:
        context = method_context(stdout=output, stderr=subprocess.STDOUT)
        run(context, say_something)
        output.seek(0)
        assert output.read().split() == ["something", "wrong"]


def test_passed_descriptors(method_context):
    reader, writer = os.pipe()
    try:
        os.write(writer, b"given" * 2)
        run(method_context(pass_fds={200: reader}), read_fd, 200)
        run(method_context(pass_fds=[reader]), read_fd, reader)
    finally:
        os.close(reader)
        os.close(writer)


def test_namespaces_to_join(method_context):
    user = {} if support.ROOT else {"newuser": True}
    with (
        support.paused(uts=True, hostname="joined", **user) as other,
        open(f"/proc/{other.pid}/ns/uts") as file,
    ):
        for value in (other, file, f"/proc/{other.pid}/ns/uts"):
            context = method_context(uts=value, **dict.fromkeys(user, other))
            receiver, sender = context.Pipe(duplex=False)
            with receiver, sender:
                run(context, look, sender)
                assert receiver.recv()[3] == "joined"


def test_what_fails_in_the_setup_is_raised(method_context, tmp_path):
    missing = str(tmp_path / "missing")
    context = method_context(all=True, rootdir=missing)
    process = context.Process(target=exit_with, args=(0,))
    with pytest.raises(FileNotFoundError, match="missing") as caught:
        process.start()
    assert isinstance(caught.value, pyspaces.Error)
    assert caught.value.step
    assert multiprocessing.active_children() == []


def test_the_package_lists_what_it_imports_when_it_is_used():
    assert set(pyspaces.__all__) <= set(dir(pyspaces))


def test_what_contradicts_is_refused_by_the_start(method_context):
    process = method_context(default_mounts=True, newuser=True).Process(target=exit_with, args=(0,))
    with pytest.raises(ValueError, match="needs a new mount namespace"):
        process.start()


@pytest.mark.parametrize(
    "options, error, words",
    [
        ({"method": "thread"}, ValueError, "method='thread'"),
        ({"target": print}, TypeError, "target: give it to Process"),
        ({"argv": ["ps"]}, ValueError, "argv.*use Container"),
        ({"stdin": "/dev/null"}, ValueError, "stdin"),
        ({"stdout": subprocess.PIPE}, ValueError, "stdout=subprocess.PIPE"),
        ({"daemonize": True}, ValueError, "daemonize"),
        ({"terminal": True}, ValueError, "terminal"),
        ({"uid": "root"}, TypeError, "uid"),
        ({"executable": 3}, TypeError, "executable=3"),
        ({"vm": True}, ValueError, "CLONE_VM"),
        ({"nonsense": 1}, TypeError, r"^get_context\(\) got an unexpected keyword argument 'nonsense'"),
    ],
)
def test_wrong_arguments_are_refused_at_once(options, error, words):
    with pytest.raises(error, match=words):
        pyspaces.get_context(**options)


def test_nothing_of_multiprocessing_is_changed(context):
    before = multiprocessing.context._default_context._actual_context
    run(context, exit_with, 0)
    isolated("spawn").set_executable("/nonexistent")
    assert multiprocessing.context._default_context._actual_context is before
    assert multiprocessing.spawn.get_executable() != "/nonexistent"
    assert multiprocessing.get_context(context.get_start_method()) is not context


def test_contexts_of_other_methods(context):
    for method in METHODS:
        other = context.get_context(method)
        assert other.get_start_method() == method
        assert (other is context) == (method == context.get_start_method())
    with pytest.raises(ValueError, match="cannot find context for 'thread'"):
        context.get_context("thread")
    with pytest.raises(ValueError, match="concrete context"):
        context.set_start_method("fork")


def test_the_default_method_is_that_of_multiprocessing():
    assert pyspaces.get_context().get_start_method() == (
        multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    )


def test_another_interpreter(tmp_path):
    run(isolated("spawn", executable=sys.executable), exit_with, 0)
    context = isolated("spawn")
    context.set_executable(tmp_path / "missing")
    with pytest.raises(FileNotFoundError, match="missing"):
        context.Process(target=exit_with, args=(0,)).start()


def test_subclasses(context):
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        process = SUBCLASSES[context.get_start_method()](sender)
        process.start()
        assert receiver.recv() == ("of a subclass", 2)
        finish(process)


def _subclass(method):
    class Subclass(isolated(method).Process):
        def __init__(self, sender):
            super().__init__()
            self.sender = sender

        def run(self):
            self.sender.send(("of a subclass", os.getpid()))

    Subclass.__qualname__ = Subclass.__name__ = f"Subclass_{method}"
    globals()[Subclass.__name__] = Subclass
    return Subclass


SUBCLASSES = {method: _subclass(method) for method in METHODS}
