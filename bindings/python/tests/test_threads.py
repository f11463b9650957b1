"""Many starts from a process whose threads are busy: nothing hangs, nothing is left."""

from __future__ import annotations

import contextlib
import os
import threading

import pytest

from pyspaces import Container
from support import UNPRIVILEGED, children, run_script

STARTS = 2000  # of each kind
STARTERS, NOISE = 8, 4


def busy(stop):
    """Takes the locks that a child must not find taken: of the allocator, of files, of the environment."""
    while not stop.is_set():
        text = "x" * 10000 + str(threading.get_ident())
        with open("/proc/self/stat") as file:
            file.read()
        name = f"PYSPACES_TEST_{threading.get_ident()}"
        os.environ[name] = text[:100]
        del os.environ[name]
        {number: [text] * 10 for number in range(20)}


def work():
    import json

    os._exit(0 if json.loads(json.dumps({"a": [1, "2"]})) == {"a": [1, "2"]} else 1)


def start_all(count, wrong, **options):
    """What is not as it should be goes to `wrong`."""
    try:
        for _ in range(count):
            # Not closed: before Python 3.13, multiprocessing's start() fails if another thread does that.
            container = Container(**options)
            container.start()
            container.join(60)
            if container.exitcode != 0:
                wrong.append(container.exitcode)
                container.kill()
                container.join()
    except BaseException as error:
        wrong.append(error)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("kind", ["callable", "program"])
def test_storm(kind):
    options = {"target": work} if kind == "callable" else {"argv": ["/bin/true"]}
    options.update(newpid=True, newuts=True, **UNPRIVILEGED)
    stop, wrong = threading.Event(), []
    fds = len(os.listdir("/proc/self/fd"))
    noise = [threading.Thread(target=busy, args=(stop,)) for _ in range(NOISE)]
    starters = [
        threading.Thread(target=start_all, args=(STARTS // STARTERS, wrong), kwargs=options)
        for _ in range(STARTERS)
    ]
    for thread in noise + starters:
        thread.start()
    for thread in starters:
        thread.join()
    stop.set()
    for thread in noise:
        thread.join()
    assert wrong == []
    assert len(os.listdir("/proc/self/fd")) == fds
    for thread in os.listdir("/proc/self/task"):
        # A thread that was joined may be listed for another moment.
        with contextlib.suppress(FileNotFoundError):
            assert children(f"self/task/{thread}") == set()


def test_a_container_outlives_the_thread_that_started_it():
    """Also with die_with_parent, which is about the process."""
    container = Container(argv=["sleep", "60"], die_with_parent=True, newpid=True, **UNPRIVILEGED)
    thread = threading.Thread(target=container.start)
    thread.start()
    thread.join()
    container.join(0.2)
    assert container.is_alive()
    container.kill()
    container.join()
    container.close()


def test_a_program_starts_while_another_thread_holds_the_interpreter_up():
    """And the other way round: a start lets other threads run."""
    result = run_script(
        """
        import sys, threading
        from pyspaces import Container

        sys.setswitchinterval(10)  # threads change only where one lets go
        container = Container(argv=["true"], newuser=True)
        ran = []
        thread = threading.Thread(target=lambda: ran.append(1))
        thread.start()
        container.start()
        container.join()
        thread.join()
        print(container.exitcode, ran)
        """
    )
    assert result.stdout == "0 [1]\n", result.stderr
