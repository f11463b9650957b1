"""Isolated contexts as guests: threads, signals, and everything as it was before."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

import support
from pyspaces import Container
from support import METHODS, UNPRIVILEGED

TESTS = os.path.dirname(__file__)


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


def run_script(script, *args, **options):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([TESTS, *filter(None, sys.path)])}
    return support.run_script(script, *args, env=environment, **options)


def work(number):
    return number * 2


def wait_for_ever(queue):
    queue.put("ready")
    while True:
        queue.empty()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_threads_do_no_harm_and_give_no_warning(method):
    script = """
        import sys, threading, support, test_context_threads, test_threads
        if __name__ == "__main__":
            stop = threading.Event()
            threads = [threading.Thread(target=test_threads.busy, args=(stop,)) for _ in range(3)]
            for thread in threads:
                thread.start()
            try:
                context = support.isolated(sys.argv[1])
                wrong = []

                def start():
                    for _ in range(5):
                        process = context.Process(target=test_context_threads.work, args=(1,))
                        process.start()
                        process.join(60)
                        if process.exitcode != 0:
                            wrong.append(process.exitcode)

                starters = [threading.Thread(target=start) for _ in range(3)]
                for thread in starters:
                    thread.start()
                for thread in starters:
                    thread.join()
                with context.Pool(2) as pool:
                    print(wrong, pool.map(test_context_threads.work, range(3)))
            finally:
                stop.set()
    """
    run = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", textwrap.dedent(script), method],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([TESTS, *filter(None, sys.path)])},
    )
    assert (run.stdout, run.returncode) == ("[] [0, 2, 4]\n", 0), run.stderr
    assert "Warning" not in run.stderr


@pytest.mark.skipif(sys.version_info < (3, 12), reason="fork warns of threads since Python 3.12")
def test_fork_warns_of_threads():
    script = """
        import threading, support, test_context_threads
        if __name__ == "__main__":
            stop = threading.Event()
            threading.Thread(target=stop.wait).start()
            process = support.isolated("fork").Process(target=test_context_threads.work, args=(1,))
            process.start()
            process.join()
            stop.set()
    """
    run = run_script(script)
    assert "<string>:7: DeprecationWarning: This process" in run.stderr, run.stderr


def test_an_interrupt_ends_processes_and_program(method):
    script = """
        import os, signal, sys, support, test_context_threads
        if __name__ == "__main__":
            context = support.isolated(sys.argv[1])
            queue = context.SimpleQueue()
            process = context.Process(target=test_context_threads.wait_for_ever, args=(queue,), daemon=True)
            process.start()
            queue.get()
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            try:
                process.join()
            except KeyboardInterrupt:
                print("interrupted", process.is_alive(), flush=True)
                raise
    """
    run = run_script(script, method)
    assert run.stdout == "interrupted True\n"
    assert "KeyboardInterrupt" in run.stderr.splitlines()[-1], run.stderr
    assert run.returncode in (1, -2, 130)


def test_everything_is_as_before(method):
    """In a mount namespace with a /dev/shm of its own, which nobody else writes to."""
    script = """
        import multiprocessing, os, sys, support, test_context_pool
        import test_context_sharing as sharing
        from multiprocessing import shared_memory, util

        def state():
            mounts = open("/proc/self/mountinfo").read()
            children = open("/proc/thread-self/children").read()
            return sorted(os.listdir("/proc/self/fd")), mounts, children, support.namespaces("thread-self")

        def use(context):
            support.run(context, support.exit_with, 0)
            sharing.test_locks_values_and_barriers(context)
            sharing.test_queues(context)
            sharing.test_shared_memory(context)
            sharing.test_managers(context)
            sharing.test_connections_by_a_queue(context)
            test_context_pool.test_only_tasks_of_dead_workers_fail(context)
            support.stop_helpers()
            util._run_finalizers(-100)

        if __name__ == "__main__":
            context = support.isolated(sys.argv[1], hostname="inside")
            use(context)
            before = state()
            use(context)
            assert state() == before, (state(), before)
            print(os.listdir("/dev/shm"), flush=True)
    """
    container = Container(
        argv=[sys.executable, "-c", textwrap.dedent(script), method],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([TESTS, *filter(None, sys.path)])},
        mnt=True,
        mounts=[(None, "/dev/shm", "tmpfs")],
        stdout=subprocess.PIPE,
        **UNPRIVILEGED,
    )
    container.start()
    output = container.stdout.read()
    container.join(120)
    assert (output, container.exitcode) == (b"[]\n", 0)
    container.close()
