"""Pools and executors of isolated workers, and what becomes of tasks whose worker dies."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pathlib
import select
import signal
import sys
import threading
import time
import weakref
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool

import pytest

import pyspaces
import support
from pyspaces import WorkerLostError
from support import METHODS, NAMESPACES, changed, namespaces

multiprocessing.Barrier(1)

pytestmark = pytest.mark.usefixtures("no_helpers")


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


@pytest.fixture
def context(method):
    return pyspaces.get_context(method, all=True)


# --- Tasks ------------------------------------------------------------------------------------------------


def square(number):
    return number * number


def where(_=None):
    return namespaces(), os.getpid()


def kill_self(sig):
    os.kill(os.getpid(), sig)
    signal.pause()


def leave(code):
    os._exit(code)


def kill_odd(number):
    if number % 2:
        kill_self(signal.SIGKILL)
    return number


def fail(text):
    raise LookupError(text)


def too_large():
    return bytearray(1 << 32)


class ExitsWhenUnpickled:
    def __reduce__(self):
        return os._exit, (9,)


class FailsWhenUnpickled:
    def __reduce__(self):
        return fail, ("no such answer",)


def unpickled_with_failure():
    return FailsWhenUnpickled()


def large(size):
    return b"x" * size


initialized = []


def initialize(value):
    initialized.append(value)


def get_initialized(_=None):
    return initialized[0]


def leave_at_once():
    os._exit(5)


def answer_halfway(then):
    """The worker does `then` when a half of its answer is in the pipe."""
    write = os.write

    def write_half(fd, data):
        if len(data) < 4096:
            return write(fd, data)
        os.write = write
        count = write(fd, data[:4096])
        then(fd)
        return count

    os.write = write_half
    return os.getpid(), bytes(8192)


def stop(_):
    os.kill(os.getpid(), signal.SIGSTOP)


def die_and_leave_the_pipe_open(fd):
    if os.fork() == 0:
        poller = select.poll()
        poller.register(fd, 0)
        poller.poll()  # until nobody reads any more
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)


def pause(_=None):
    while True:
        signal.pause()


def state(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        os.sched_yield()


# --- multiprocessing.Pool ---------------------------------------------------------------------------------


def test_everything_that_a_pool_does(context):
    with context.Pool(2, initialize, ("set",)) as pool:
        assert pool.map(square, range(100)) == [n * n for n in range(100)]
        assert pool.apply(square, (3,)) == 9
        assert pool.starmap(pow, [(2, 3), (3, 2)]) == [8, 9]
        assert list(pool.imap(square, range(10), chunksize=3)) == [n * n for n in range(10)]
        assert sorted(pool.imap_unordered(square, range(10))) == [n * n for n in range(10)]
        assert pool.map(get_initialized, range(4)) == ["set"] * 4
        with pytest.raises(LookupError, match="text"):
            pool.apply(fail, ("text",))
        results = []
        pool.apply_async(square, (4,), callback=results.append).wait(60)
        assert results == [16]
        inside, pid = pool.apply(where)
        assert (changed(inside), pid) == (set(NAMESPACES), 2)
        pool.close()
        pool.join()


def open_files():
    files = []
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # that of the directory itself
            files.append(os.readlink(f"/proc/self/fd/{fd}"))
    return files


def test_workers_share_no_pipe(context):
    """Each holds one end of two: for its tasks, and for its answers."""
    with context.Pool(4) as pool:
        pipes = {
            os.readlink(f"/proc/self/fd/{end.fileno()}")
            for worker in pool._pool
            for end in (worker.tasks._writer, worker.results._reader)
        }
        assert len(pipes) == 8
        answers = [pool.apply_async(open_files) for _ in range(20)]
        assert all(len(pipes & set(answer.get(60))) == 2 for answer in answers)


def test_a_worker_cannot_wake_the_pool(context):
    with context.Pool(1) as pool:
        assert os.readlink(f"/proc/self/fd/{pool._inqueue._wake.fileno()}") not in pool.apply(open_files)


def test_large_tasks_and_results(context):
    with context.Pool(2) as pool:
        assert [len(each) for each in pool.map(large, [1 << 22] * 6)] == [1 << 22] * 6
        assert pool.map(len, [b"x" * (1 << 22)] * 6) == [1 << 22] * 6


def test_a_worker_that_dies_in_the_middle_of_its_answer(method):
    with pyspaces.get_context(method, newuts=True, newuser=True).Pool(2) as pool:
        with pytest.raises(WorkerLostError, match="SIGKILL"):
            pool.apply(answer_halfway, (die_and_leave_the_pipe_open,))
        assert pool.map(square, range(20)) == [n * n for n in range(20)]


def test_others_go_on_while_a_worker_is_stopped_in_the_middle_of_its_answer(method):
    with pyspaces.get_context(method, newuts=True, newuser=True).Pool(2) as pool:
        answer = pool.apply_async(answer_halfway, (stop,))
        workers = [worker.pid for worker in pool._pool]
        wait_until(lambda: any(state(pid) == "T" for pid in workers))
        assert pool.map(square, range(20)) == [n * n for n in range(20)]
        assert not answer.ready()
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
        pid, data = answer.get(60)
        assert (pid in workers, data) == (True, bytes(8192))


def test_what_cannot_be_pickled_is_an_error_of_its_task(context):
    with context.Pool(1) as pool:
        with pytest.raises(Exception, match=r"pickle|local object"):
            pool.apply(lambda: None)
        with pytest.raises(LookupError, match="no such answer"):
            pool.apply(unpickled_with_failure)
        with pytest.raises(multiprocessing.pool.MaybeEncodingError):
            pool.apply(threading.Lock)
        assert pool.apply(square, (2,)) == 4


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGUSR1])
def test_a_task_whose_worker_is_killed_fails(context, sig):
    with context.Pool(2) as pool:
        before = [worker.pid for worker in pool._pool]
        with pytest.raises(WorkerLostError, match=sig.name) as caught:
            pool.apply(kill_self, (sig,))
        assert (caught.value.result.cause, caught.value.result.signal) == ("signaled", sig)
        # Others go on, and there is a new worker.
        assert pool.map(square, range(20)) == [n * n for n in range(20)]
        wait_until(lambda: len(pool._pool) == 2 and [worker.pid for worker in pool._pool] != before)


def test_a_worker_that_exits(context):
    with context.Pool(1) as pool:
        with pytest.raises(WorkerLostError, match="exited with code 3") as caught:
            pool.apply(leave, (3,))
        assert caught.value.result.exit_code == 3
        # It has not even come as far as to the function.
        with pytest.raises(WorkerLostError, match="exited with code 9"):
            pool.apply(square, (ExitsWhenUnpickled(),))


def test_only_tasks_of_dead_workers_fail(context):
    with context.Pool(3) as pool:
        answers = [pool.apply_async(kill_odd, (n,)) for n in range(12)]
        for number, answer in enumerate(answers):
            if number % 2:
                with pytest.raises(WorkerLostError):
                    answer.get(60)
            else:
                assert answer.get(60) == number
        with pytest.raises(WorkerLostError):
            list(pool.imap(kill_odd, [2, 4, 5]))


def test_a_worker_that_reaches_its_time_limit(method):
    context = pyspaces.get_context(method, all=True, time_limit=0.5)
    with context.Pool(2) as pool:
        with pytest.raises(WorkerLostError, match="time limit") as caught:
            pool.apply(pause)
        assert caught.value.result.cause == "time-limit"


def test_idle_workers_that_die_are_replaced(context):
    with context.Pool(2) as pool:
        for worker in list(pool._pool):
            os.kill(worker.pid, signal.SIGKILL)
            worker.join(60)
        for _ in range(20):
            with contextlib.suppress(WorkerLostError):  # where it had been given to one before it died
                assert pool.apply_async(square, (2,)).get(60) == 4


def test_a_memory_limit(method):
    context = pyspaces.get_context(method, all=True, rlimits={"AS": 1 << 30})
    with context.Pool(1) as pool:
        with pytest.raises(MemoryError):
            pool.apply(too_large)
        assert pool.apply(square, (2,)) == 4


def test_an_initializer_that_fails_lets_tasks_fail(context):
    with context.Pool(1, leave_at_once) as pool, pytest.raises(WorkerLostError, match="exited with code 5"):
        pool.apply_async(square, (2,)).get(60)


def test_workers_end_after_some_tasks(context):
    with context.Pool(2, maxtasksperchild=2) as pool:
        before = {worker.pid for worker in pool._pool}
        assert pool.map(square, range(12), chunksize=1) == [n * n for n in range(12)]
        assert {worker.pid for worker in pool._pool}.isdisjoint(before)


def test_a_worker_that_cannot_be_replaced(method, tmp_path):
    directory = tmp_path / "work"
    directory.mkdir()
    context = pyspaces.get_context(method, all=True, workdir=directory)
    with context.Pool(1) as pool:
        assert pool.apply(square, (2,)) == 4
        directory.rename(tmp_path / "gone")
        with pytest.warns(RuntimeWarning, match="could not be replaced"):
            with pytest.raises(WorkerLostError):
                pool.apply(leave, (1,))
            with pytest.raises(FileNotFoundError, match="work"):
                pool.apply(square, (2,))


def test_others_work_while_a_worker_takes_long_to_start(tmp_path):
    """It does not read what it is sent, which is more than a pipe holds."""
    gate, python = tmp_path / "gate", tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ ! -p {gate} ] || read _ <{gate}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    context = pyspaces.get_context("spawn", all=True, executable=python)
    with context.Pool(2, initialize, (b"x" * (1 << 20),)) as pool:
        assert pool.map(square, range(4), chunksize=1) == [0, 1, 4, 9]
        os.mkfifo(gate)
        with pytest.raises(WorkerLostError):
            pool.apply(leave, (1,))
        with gate.open("w"):  # when it has come there
            assert [pool.apply_async(square, (n,)).get(60) for n in range(4)] == [0, 1, 4, 9]


def test_a_pool_needs_an_isolated_context():
    with pytest.raises(TypeError, match=r"context=.*get_context"):
        pyspaces.pool.Pool(1)


def test_nothing_is_left_of_a_pool_whose_last_worker_cannot_be_started(context, monkeypatch):
    begin, begun = pyspaces.pool._Worker.begin_start, []

    def begin_two(worker, launch):
        begun.append(worker)
        if len(begun) == 3:
            raise LookupError("the third")
        begin(worker, launch)

    monkeypatch.setattr(pyspaces.pool._Worker, "begin_start", begin_two)
    with pytest.raises(LookupError, match="the third"):
        context.Pool(4, pause)


def test_a_pool_that_cannot_be_started(method):
    context = pyspaces.get_context(method, all=True, workdir="/nonexistent")
    with pytest.raises(FileNotFoundError, match="nonexistent"):
        context.Pool(2)


def test_termination_with_tasks_left(context):
    with context.Pool(2) as pool:
        pool.map_async(pause, range(100))
    pool.join()
    assert all(worker.exitcode is not None for worker in pool._pool)


def test_a_forgotten_pool_is_collected(context):
    pool = context.Pool(1)
    pool.map(square, range(3))
    pool.close()
    pool.join()
    reference = weakref.ref(pool)
    del pool
    gc.collect()
    assert reference() is None


def test_workers_end_with_their_parent(method):
    script = """
        import os, signal, sys, support, test_context_pool
        if __name__ == "__main__":
            pool = support.isolated(sys.argv[1]).Pool(3)
            pool.map(test_context_pool.square, range(3))
            print(*(worker.pid for worker in pool._pool), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = support.run_script(script, method, env=environment)
    pids = run.stdout.split()
    assert len(pids) == 3, run.stderr
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}/ns/pid") for pid in pids))


# --- concurrent.futures.ProcessPoolExecutor ---------------------------------------------------------------


def test_executors(context):
    with futures.ProcessPoolExecutor(2, context, initialize, ("set",)) as executor:
        assert list(executor.map(square, range(20), chunksize=3)) == [n * n for n in range(20)]
        assert executor.submit(get_initialized).result(60) == "set"
        inside, pid = executor.submit(where).result(60)
        assert (changed(inside), pid) == (set(NAMESPACES), 2)
        with pytest.raises(LookupError, match="text"):
            executor.submit(fail, "text").result(60)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="max_tasks_per_child is new in Python 3.11")
def test_executors_whose_workers_end_after_some_tasks(method):
    if method == "fork":
        pytest.skip("concurrent.futures refuses it with fork")
    context = pyspaces.get_context(method, all=True)
    with futures.ProcessPoolExecutor(2, context, max_tasks_per_child=1) as executor:
        assert list(executor.map(square, range(6))) == [n * n for n in range(6)]


def test_a_broken_executor_says_why(context):
    with futures.ProcessPoolExecutor(1, context) as executor:
        with pytest.raises(BrokenProcessPool) as caught:
            executor.submit(kill_self, signal.SIGKILL).result(60)
        assert "was ended by signal 9 (SIGKILL)" in str(caught.value.__cause__)


def test_a_broken_executor_names_the_time_limit(method):
    context = pyspaces.get_context(method, all=True, time_limit=0.5)
    with futures.ProcessPoolExecutor(1, context) as executor:
        with pytest.raises(BrokenProcessPool) as caught:
            executor.submit(pause).result(60)
        assert "was ended by its time limit" in str(caught.value.__cause__)
