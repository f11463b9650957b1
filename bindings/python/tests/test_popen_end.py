"""Popen, run() and the like: how programs end, and what is left of them."""

from __future__ import annotations

import gc
import os
import pathlib
import pickle
import resource
import signal
import subprocess
import sys
import threading
import warnings

import pytest

from pyspaces import Container, Popen, check_call, check_output, run
from pyspaces.subprocess import DEVNULL, PIPE, TimeoutExpired
from support import open_descriptors, run_script
from support import program_output as output


def test_the_result():
    process = Popen(["sh", "-c", "exit 3"])
    assert process.result is None or process.returncode == 3
    assert process.wait() == 3
    assert process.result.cause == "exited"
    assert process.result.exit_code == 3

    completed = run(["sh", "-c", "kill -9 $$"], all=True)
    assert isinstance(completed, subprocess.CompletedProcess)
    assert completed.returncode == -9
    assert (completed.result.cause, completed.result.signal) == ("signaled", 9)
    assert completed.result.peak_memory > 0
    with pytest.raises(subprocess.CalledProcessError) as caught:
        completed.check_returncode()
    assert caught.value.result is completed.result
    assert pickle.loads(pickle.dumps(caught.value)).result == completed.result


@pytest.mark.parametrize("function", [run, check_call, check_output])
def test_errors_have_the_result(function):
    check = {"check": True} if function is run else {}
    with pytest.raises(subprocess.CalledProcessError) as caught:
        function(["sh", "-c", "exit 5"], all=True, **check)
    assert caught.value.result.exit_code == 5
    assert "status 5" in str(caught.value)


def test_killing_it():
    with Popen(["sh", "-c", "echo; exec sleep 100"], stdout=PIPE, all=True) as process:
        process.stdout.readline()
        process.terminate()
        assert process.wait(30) == -signal.SIGTERM
    assert process.result.cause == "killed"
    process.kill()
    process.send_signal(signal.SIGTERM)
    process.kill_all()


def test_killing_everything():
    script = "trap '' TERM; sleep 100 & echo; wait; sleep 100"
    with Popen(["sh", "-c", script], stdout=PIPE, all=True) as process:
        process.stdout.readline()
        process.kill_all()
        assert process.stdout.read() == b""  # the sleep, which holds it too, has ended
        assert process.wait(30) == -signal.SIGKILL


def test_the_pid_is_a_child_of_this_process():
    for options in {}, {"all": True}, {"time_limit": 100}:
        with Popen(["cat"], stdin=PIPE, **options) as process:
            assert f"PPid:\t{os.getpid()}\n" in pathlib.Path(f"/proc/{process.pid}/status").read_text()


def test_a_wrong_signal():
    with Popen(["cat"], stdin=PIPE) as process:
        with pytest.raises((OSError, ValueError)):
            process.send_signal(12345)
        with pytest.raises(TypeError):
            process.send_signal("TERM")


def test_timeouts():
    reader, writer = os.pipe()
    with Popen("echo early; read x <&9", shell=True, stdout=PIPE, pass_fds={9: reader}, all=True) as process:
        os.close(reader)
        for timeout in 0, 0.05, -1:
            with pytest.raises(TimeoutExpired):
                process.wait(timeout)
        for _ in range(2):
            with pytest.raises(TimeoutExpired):
                process.communicate(timeout=0.05)
        assert process.poll() is None
        os.close(writer)
        assert process.communicate(timeout=30) == (b"early\n", None)
        assert process.wait(1e10) == 1


def test_a_timeout_ends_what_it_has_started():
    """In a pid namespace of its own nothing is left that could hold the pipe open."""
    with pytest.raises(TimeoutExpired) as caught:
        run("echo before; sleep 100 & wait", shell=True, stdout=PIPE, timeout=1, all=True)
    assert caught.value.output == b"before\n"


def test_a_mebibyte_both_ways():
    data = os.urandom(1 << 20)
    completed = run(["tee", "/dev/stderr"], input=data, capture_output=True, all=True)
    assert completed.stdout == data
    assert completed.stderr == data
    text = "zeile ü\n" * (1 << 17)
    assert check_output(["cat"], input=text, text=True, encoding="utf-8", all=True) == text


def test_lost_statuses():
    """As subprocess: 0, but not silently. A kernel that keeps the status knows better."""
    result = run_script(
        """
        import signal, warnings, pyspaces
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            print(pyspaces.run(["sh", "-c", "exit 3"]).returncode, len(caught))
            print(pyspaces.run(["sh", "-c", "exit 3"], newuser=True, newpid=True).returncode)
        """
    )
    assert result.stderr == ""
    plain, with_init = result.stdout.splitlines()
    assert plain in ("0 1", "3 0")
    assert with_init == "3"


def test_a_keyboard_interrupt_kills_the_program():
    result = run_script(
        """
        import os, signal, sys, threading, pyspaces
        reader, writer = os.pipe()
        tell = f"echo >&{writer}; exec sleep 100"

        def waits():
            frame = sys._current_frames()[threading.main_thread().ident]
            while frame and frame.f_code.co_name not in ("communicate", "wait"):
                frame = frame.f_back
            return frame is not None

        def interrupt():
            os.read(reader, 1)
            while not waits():
                pass
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        for call in (
            lambda: pyspaces.run(["sh", "-c", tell], pass_fds=[writer]),
            lambda: pyspaces.call(f"{tell} & wait", shell=True, pass_fds=[writer], all=True),
            lambda: pyspaces.check_output(["sh", "-c", tell], pass_fds=[writer]),
        ):
            threading.Thread(target=interrupt).start()
            try:
                call()
            except KeyboardInterrupt:
                print("interrupted")
            with open("/proc/thread-self/children") as children:
                assert children.read() == "", call
        """
    )
    assert result.stderr == ""
    assert result.stdout.split() == ["interrupted"] * 3


@pytest.mark.parametrize("isolation", [{}, {"newuser": True, "newpid": True, "newns": True}])
def test_threads(isolation):
    failures = []

    def work():
        try:
            for i in range(50):
                text = f"{threading.get_ident()} {i}"
                completed = run(["echo", text], capture_output=True, text=True, **isolation)
                assert (completed.returncode, completed.stdout) == (0, text + "\n")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_threads_that_wait_for_one_process():
    process = Popen(["cat"], stdin=PIPE, all=True)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(process.wait())) for _ in range(8)]
    for thread in threads:
        thread.start()
    process.stdin.close()
    for thread in threads:
        thread.join(30)
    assert seen == [0] * 8


def test_a_signal_handler_may_poll():
    """Wherever it interrupts, also while the status is being taken over."""
    result = run_script(
        """
        import signal, pyspaces
        processes = []

        def poll(*_):
            for process in processes:
                process.poll()

        signal.signal(signal.SIGCHLD, poll)
        signal.signal(signal.SIGALRM, poll)
        signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
        for i in range(200):
            processes[:] = [pyspaces.Popen(["sh", "-c", f"exit {i}"])]
            assert processes[0].wait() == i, (i, processes[0].returncode)
            assert processes[0].result.exit_code == i
        signal.setitimer(signal.ITIMER_REAL, 0)
        """
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_nothing_is_left():
    before = open_descriptors()
    run(["true"], capture_output=True, all=True)
    ended = [Popen(["true"]) for _ in range(20)]
    for process in ended:
        process.wait()
    assert open_descriptors() == before  # though the objects live
    for wrong in {"args": ["nonexistent"]}, {"args": ["true"], "cwd": "/nonexistent"}, {"args": ["a\0"]}:
        with pytest.raises((OSError, ValueError)):
            run(capture_output=True, stdin=PIPE, all=True, **wrong)
    assert open_descriptors() == before


def test_forgotten_ones_are_reaped_by_the_next():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        process = Popen(["cat"], stdin=PIPE)
        stdin, pid = process.stdin, process.pid
        del process
        gc.collect()
    assert f"subprocess {pid} is still running" in str(caught[0].message)
    stdin.close()
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    run(["true"])
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_containers_and_programs_side_by_side():
    with Popen(["cat"], stdin=PIPE, stdout=PIPE, all=True) as process:
        container = Container(argv=["true"])
        container.start()
        container.join(30)
        assert container.exitcode == 0
        container.close()
        assert process.communicate(b"x") == (b"x", None)


def test_the_limit_of_memory():
    limit = 1 << 30
    hungry = [sys.executable, "-c", f"x = bytearray({limit})"]
    completed = run(hungry, rlimits={"AS": limit // 2}, stderr=PIPE, env={**os.environ})
    assert b"MemoryError" in completed.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != limit // 2


def test_devnull():
    assert output("cat", stdin=DEVNULL) == ""
