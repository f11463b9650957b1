"""A Container keeps the contract of multiprocessing.Process, in all namespaces and in none."""

from __future__ import annotations

import asyncio
import faulthandler
import multiprocessing
import os
import signal
import sys
import time
import weakref
from multiprocessing import connection

import pytest

from pyspaces import Container
from support import UNPRIVILEGED, call, pause, paused, run_script

# Three ways to isolate that differ in what stands between the caller and the callable.
KINDS = {
    "nothing": {},
    "all": {"all": True},
    "all, no init": {"all": True, "init": False},
}


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def kind(request):
    return request.param


def test_it_is_a_process_of_multiprocessing(kind):
    container = Container(target=print, **kind)
    assert isinstance(container, multiprocessing.Process)
    assert container.pid is None
    assert container.exitcode is None
    assert not container.is_alive()


def test_target_gets_its_arguments(kind):
    assert call(lambda *args: args, 1, "two", None, **kind) == (1, "two", None)


def test_target_gets_keyword_arguments(kind):
    def target(one, *, two):
        sys.exit(one + two)

    container = Container(target=target, args=[1], kwargs={"two": 2}, **kind)
    container.start()
    container.join()
    assert container.exitcode == 3
    container.close()


def test_arguments_may_be_positional():
    container = Container(None, sys.exit, "by name", (7,))
    assert container.name == "by name"
    container.start()
    container.join()
    assert container.exitcode == 7
    container.close()


@pytest.mark.parametrize(
    ("status", "exitcode"), [(None, 0), (0, 0), (1, 1), (255, 255), (256, 0), ("a message", 1)]
)
def test_exit_codes_are_those_of_cpython(kind, status, exitcode):
    expected = multiprocessing.get_context("fork").Process(target=sys.exit, args=(status,))
    container = Container(target=sys.exit, args=(status,), **kind)
    for process in (expected, container):
        process.start()
        process.join()
    assert container.exitcode == expected.exitcode == exitcode
    container.close()
    expected.close()


def test_an_exception_is_printed_as_cpython_does(kind):
    result = run_script(
        """
        import sys, multiprocessing
        from pyspaces import Container

        def fail():
            raise RuntimeError("on purpose")

        kind = eval(sys.argv[1])
        for process in (multiprocessing.get_context("fork").Process(target=fail, name="it"),
                        Container(target=fail, name="it", **kind)):
            process.start()
            process.join()
            print(process.exitcode)
        """,
        repr(kind),
    )
    assert result.stdout == "1\n1\n"
    theirs, ours = (text for text in result.stderr.split("Process it:\n")[1:])
    assert theirs.splitlines()[0] == ours.splitlines()[0] == "Traceback (most recent call last):"
    assert theirs.splitlines()[-1] == ours.splitlines()[-1] == "RuntimeError: on purpose"


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
    container.terminate()
    container.join(0.2 if way == "ignored" else 30)
    assert container.exitcode == {"handled": 5, "ignored": None, "blocked": signal.SIGTERM}[way]
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


def test_join_with_timeout_comes_back_in_time(kind):
    with paused(**kind) as container:
        start = time.monotonic()
        container.join(0.2)
        assert 0.2 <= time.monotonic() - start < 2
        assert container.is_alive()
        assert container.exitcode is None
        container.join(0)
        assert container.is_alive()


def test_is_alive_until_the_end(kind):
    with paused(**kind) as container:
        assert container.is_alive()
        container.terminate()
        container.join()
        assert not container.is_alive()


def test_sentinel_is_ready_at_the_end_and_not_before(kind):
    with paused(**kind) as container:
        assert connection.wait([container.sentinel], 0) == []
        container.terminate()
        assert connection.wait([container.sentinel], 30) == [container.sentinel]


def test_sentinel_is_not_ready_when_the_callable_becomes_a_program(kind):
    """As the usual target does; multiprocessing's own pipe would be closed by it."""
    container = Container(target=os.execvp, args=("sleep", ["sleep", "60"]), **kind)
    container.start()
    assert connection.wait([container.sentinel], 0.1) == []
    container.terminate()
    assert connection.wait([container.sentinel], 30)
    container.join()
    container.close()


def test_close_lets_go(kind):
    with paused(**kind) as container, pytest.raises(ValueError, match="still running"):
        container.close()
    # and paused() closes it
    with pytest.raises(ValueError, match="closed"):
        container.is_alive()
    with pytest.raises(ValueError, match="closed"):
        _ = container.exitcode
    with pytest.raises(ValueError, match="closed"):
        _ = container.result


def test_pid_is_that_of_the_child(kind):
    with paused(**kind) as container:
        with open(f"/proc/{container.pid}/stat") as stat:
            parent = int(stat.read().rpartition(")")[2].split()[1])
        assert parent == os.getpid()
        assert container.ident == container.pid


def test_name_and_repr(kind):
    container = Container(target=int, **kind)
    assert container.name.startswith("Container-")
    container.name = "another"
    assert "<Container name='another' parent=" in repr(container)
    container.start()
    container.join()
    assert "stopped exitcode=0" in repr(container)
    container.close()


def test_the_process_of_the_child_is_the_container(kind):
    def who():
        current = multiprocessing.current_process()
        parent = multiprocessing.parent_process()
        return current.name, parent.pid, parent.is_alive()

    assert call(who, name="that one", **kind) == ("that one", os.getpid(), True)


def test_active_children_are_listed(kind):
    with paused(**kind) as container:
        assert multiprocessing.active_children() == [container]
    assert multiprocessing.active_children() == []


def test_cannot_be_started_twice(kind):
    container = Container(target=int, **kind)
    container.start()
    with pytest.raises(AssertionError, match="twice"):
        container.start()
    container.join()
    container.close()


def test_daemon_flag(kind):
    assert not Container(target=int, **kind).daemon
    container = Container(target=int, daemon=True, **kind)
    assert container.daemon
    container.daemon = False
    assert not container.daemon

    def try_to_have_children():
        try:
            Container(target=int).start()
        except AssertionError as error:
            return str(error)

    assert "daemonic" in call(try_to_have_children, daemon=True, **kind)


def test_daemonic_containers_are_terminated_at_exit(kind):
    result = run_script(
        """
        import os, sys
        from support import pause
        from pyspaces import Container

        reader, writer = os.pipe()
        container = Container(target=pause, daemon=True, **eval(sys.argv[1]))
        container.start()
        os.write(1, b"%d" % container.pid)
        """,
        repr(kind),
        cwd=os.path.dirname(__file__),
    )
    assert result.returncode == 0, result.stderr
    assert not os.path.exists(f"/proc/{result.stdout}")


def test_other_containers_are_waited_for_at_exit(kind):
    result = run_script(
        """
        import os, sys
        from pyspaces import Container

        def work():
            for _ in range(100):
                os.sched_yield()
            print("done")

        Container(target=work, **eval(sys.argv[1])).start()
        """,
        repr(kind),
    )
    assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr


def test_authkey_is_inherited(kind):
    container = Container(target=int, **kind)
    assert container.authkey == multiprocessing.current_process().authkey
    assert call(lambda: bytes(multiprocessing.current_process().authkey), **kind) == bytes(container.authkey)
    container.authkey = b"another"
    assert container.authkey == b"another"


def test_subclass_with_run(kind):
    class Work(Container):
        def __init__(self, number, **options):
            super().__init__(**options)
            self.number = number

        def run(self):
            sys.exit(self.number)

    work = Work(17, **kind)
    work.start()
    work.join()
    assert work.exitcode == 17
    work.close()


def test_containers_within_containers():
    def outer():
        return call(os.getpid, newpid=True, init=False)

    assert call(outer, newpid=True, **UNPRIVILEGED) == 1


def test_fork_handlers_run_as_for_fork():
    result = run_script(
        """
        import os
        from pyspaces import Container

        log = []
        os.register_at_fork(before=lambda: log.append("before"), after_in_parent=lambda: log.append("parent"),
                            after_in_child=lambda: log.append("child"))
        container = Container(target=lambda: print(log, flush=True), newuser=True)
        container.start()
        container.join()
        print(log)
        """
    )
    assert result.stdout == "['before', 'child']\n['before', 'parent']\n", result.stderr


def test_a_start_that_fails_runs_the_parents_handler_only():
    result = run_script(
        """
        import os
        from pyspaces import Container, Error

        log = []
        os.register_at_fork(before=lambda: log.append("before"), after_in_parent=lambda: log.append("parent"),
                            after_in_child=lambda: print("child", flush=True))
        container = Container(target=print, rootdir="/nonexistent", newuser=True, newns=True)
        try:
            container.start()
        except FileNotFoundError as error:
            print(isinstance(error, Error), log)
        """
    )
    assert result.stdout in ("True ['before', 'parent']\n", "True []\n"), result.stderr


def test_a_container_that_failed_to_start_can_be_started_again(tmp_path):
    program = tmp_path / "program"
    container = Container(argv=[str(program)])
    with pytest.raises(FileNotFoundError):
        container.start()
    assert container.pid is None
    assert multiprocessing.active_children() == []
    program.symlink_to("/bin/true")
    container.start()
    container.join()
    assert container.exitcode == 0
    container.close()


def test_random_numbers_differ():
    import random

    random.seed(1)
    assert call(random.random) != call(random.random)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython warns since 3.12")
def test_fork_with_threads_warns_as_os_fork_does():
    import threading

    event = threading.Event()
    thread = threading.Thread(target=event.wait)
    thread.start()
    try:
        container = Container(target=int)
        with pytest.warns(DeprecationWarning, match="multi-threaded") as caught:
            container.start()
        assert [warning.filename for warning in caught] == [__file__]
        container.join()
        container.close()
    finally:
        event.set()
        thread.join()


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


def test_nothing_keeps_an_ended_container_alive():
    """Neither its target nor its own threads of references: CPython's issue 30775."""

    class Payload:
        pass

    payload = Payload()
    container = Container(target=len, args=([payload],), newuser=True)
    kept, ended = weakref.ref(payload), weakref.ref(container)
    container.start()
    del payload
    assert kept() is None
    container.join()
    del container
    assert ended() is None


def test_event_loops_can_wait_for_the_sentinel(kind):
    async def wait():
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(container.sentinel, ended.set)
        container.terminate()
        await asyncio.wait_for(ended.wait(), 30)
        loop.remove_reader(container.sentinel)

    with paused(**kind) as container:
        asyncio.run(wait())
        assert container.exitcode == -signal.SIGTERM


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_it_is_a_fork_whatever_the_default_start_method_is(method):
    """And so what is shared by inheritance works: multiprocessing's own handlers run after the fork."""
    result = run_script(
        """
        import multiprocessing, sys
        from multiprocessing import util
        from pyspaces import Container

        multiprocessing.set_start_method(sys.argv[1])
        queue = multiprocessing.Queue()
        util.register_after_fork(queue, lambda queue: print("after fork", flush=True))
        container = Container(target=lambda: queue.put("a lambda cannot be pickled"), newuser=True)
        container.start()
        print(queue.get(timeout=30))
        container.join()
        print(container.exitcode)
        """,
        method,
    )
    assert result.stdout == "after fork\na lambda cannot be pickled\n0\n", result.stderr
