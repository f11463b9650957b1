"""A Container is a fork: handlers, warnings, and what multiprocessing does with its children."""

from __future__ import annotations

import multiprocessing
import os
import sys

import pytest

from pyspaces import Container
from support import UNPRIVILEGED, call, run_script


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
