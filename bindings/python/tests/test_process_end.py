"""How a Container ends: signals, interruptions, exit codes and results."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys

import pytest

from pyspaces import Container
from support import UNPRIVILEGED, call, pause, paused, run_script


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGSEGV, signal.SIGUSR1])
def test_exitcode_is_minus_the_signal(kind, sig):
    def die():
        faulthandler.disable()  # pytest's, which would tell of SIGSEGV at length
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        os.kill(os.getpid(), sig)
        pause()

    if kind.get("init") is False:
        pytest.skip("PID 1 of a pid namespace cannot kill itself by a signal (pid_namespaces(7))")
    container = Container(target=die, **kind)
    container.start()
    container.join()
    assert container.exitcode == -sig
    container.close()


def test_terminate_gives_minus_15(kind):
    with paused(**kind) as container:
        container.terminate()
        container.join(30)
        assert container.exitcode == -signal.SIGTERM
        assert not container.is_alive()


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGUSR1])
def test_other_signals_end_it_too(kind, sig):
    def wait():
        signal.signal(sig, signal.SIG_DFL)
        writer.send("ready")
        pause()

    reader, writer = multiprocessing.Pipe(duplex=False)
    container = Container(target=wait, **kind)
    with reader, writer:
        container.start()
        reader.recv()
    container.send_signal(sig)
    container.join(30)
    assert container.exitcode == -sig
    assert container.result.cause == "killed"
    container.close()


@pytest.mark.parametrize("way", ["handled", "ignored", "blocked"])
def test_what_the_program_does_with_a_signal_is_its_own_business(kind, way):
    def wait():
        if way == "handled":
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
        elif way == "ignored":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        else:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        writer.send("ready")
        if way == "blocked":
            sys.exit(signal.sigwait([signal.SIGTERM]))
        pause()

    reader, writer = multiprocessing.Pipe(duplex=False)
    container = Container(target=wait, **kind)
    with reader, writer:
        container.start()
        reader.recv()
    try:
        container.terminate()
        container.join(0.2 if way == "ignored" else 30)
        assert container.exitcode == {"handled": 5, "ignored": None, "blocked": signal.SIGTERM}[way]
    finally:
        container.kill()
        container.join()
        container.close()


def test_kill_gives_minus_9(kind):
    with paused(**kind) as container:
        container.kill()
        container.join(30)
        assert container.exitcode == -signal.SIGKILL


def test_send_signal_reaches_the_program_itself(kind):
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def wait_for_signal():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        sender.send("ready")
        sys.exit(signal.sigwait([signal.SIGUSR1]))

    container = Container(target=wait_for_signal, **kind)
    container.start()
    with receiver, sender:
        receiver.recv()
    container.send_signal(signal.SIGUSR1)
    container.join(30)
    assert container.exitcode == signal.SIGUSR1
    container.close()


def test_signals_to_an_ended_container_do_nothing(kind):
    container = Container(target=int, **kind)
    container.start()
    container.join()
    container.terminate()
    container.kill()
    assert container.exitcode == 0
    container.close()


def test_a_lost_status_is_told():
    """As asyncio tells it: somebody else has waited for our child."""
    result = run_script(
        """
        import os, signal, warnings
        from pyspaces import Container

        warnings.simplefilter("always")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # now the kernel reaps every child
        container = Container(target=os._exit, args=(3,))
        container.start()
        container.join(30)
        print(container.exitcode)
        """
    )
    # Newer kernels keep the status with the pidfd.
    if result.stdout == "255\n":
        assert "RuntimeWarning" in result.stderr
    else:
        assert result.stdout == "3\n", result.stderr


def test_ctrl_c_interrupts_join_at_once():
    result = run_script(
        """
        import os, signal, threading, time
        from support import pause
        from pyspaces import Container

        container = Container(argv=["sleep", "60"], newpid=True, newuser=True, new_session=True)
        container.start()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        try:
            container.join()
        except KeyboardInterrupt:
            print(time.monotonic() - start < 5, container.is_alive())
        container.kill()
        """,
        cwd=os.path.dirname(__file__),
    )
    assert result.stdout == "True True\n", result.stderr


@pytest.mark.parametrize(
    "make",
    [
        "pyspaces.Container(target=pause, all=True)",
        "pyspaces.Container(argv=['sleep', '60'], all=True)",
        "pyspaces.get_context('fork', all=True).Process(target=pause)",
        "pyspaces.get_context('spawn', all=True).Process(target=pause)",
    ],
)
def test_an_exception_of_a_signal_handler_during_the_start_ends_the_process(make):
    result = run_script(
        f"""
        import gc, multiprocessing, os, signal, sys, threading, pyspaces
        from support import pause, children

        main = threading.main_thread().ident

        def interrupt(started):
            while not started.is_set():
                if sys._current_frames()[main].f_code.co_name in ("finish", "_start", "_launch"):
                    signal.pthread_kill(main, signal.SIGINT)
                    return

        before = children()
        for i in range(30):
            process = {make}
            started = threading.Event()
            thread = threading.Thread(target=interrupt, args=(started,))
            try:
                thread.start()
                process.start()
                started.set()
                thread.join()
            except KeyboardInterrupt:
                print("interrupted")
            else:
                process.kill()
                process.join()
            thread.join()
            gc.collect()
            assert children() == before, i
            assert multiprocessing.active_children() == [], i
        """,
        cwd=os.path.dirname(__file__),
    )
    assert result.stderr == ""
    assert "interrupted" in result.stdout


def test_ctrl_c_reaches_a_callable():
    def wait():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        try:
            os.kill(os.getpid(), signal.SIGINT)
            pause()
        except KeyboardInterrupt:
            return "interrupted"

    assert call(wait, newpid=True, **UNPRIVILEGED) == "interrupted"


def test_result_tells_more_than_the_exit_code(kind):
    container = Container(target=sys.exit, args=(3,), **kind)
    with pytest.raises(ValueError, match="not started"):
        _ = container.result
    container.start()
    container.join()
    result = container.result
    assert result.cause == "exited"
    assert result.exit_code == 3
    assert result.signal == 0
    assert result.user_time + result.system_time > 0
    container.close()

    with paused(**kind) as container:
        assert container.result is None
        container.terminate()
        container.join()
        assert container.result.cause == "killed"
        assert container.result.signal == signal.SIGTERM
