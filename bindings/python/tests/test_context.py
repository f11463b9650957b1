"""Processes of isolated contexts: their isolation, and the interface of a process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from multiprocessing import connection

import pytest

import pyspaces
import support
from support import METHODS, NAMESPACES, changed, exit_with, finish, look, namespaces, run, start

# Its shared memory comes from an arena that multiprocessing keeps.
multiprocessing.Barrier(1)

pytestmark = pytest.mark.usefixtures("no_helpers")


def hold(receiver):
    receiver.recv()


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
