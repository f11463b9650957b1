"""A Container keeps the contract of multiprocessing.Process, in all namespaces and in none."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import time
import weakref
from multiprocessing import connection

import pytest

from pyspaces import Container
from support import call, paused, run_script


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
