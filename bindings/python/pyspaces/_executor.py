"""What concurrent.futures.ProcessPoolExecutor has to be told of isolated workers."""

from __future__ import annotations

import sys
import threading
import weakref
from multiprocessing.process import BaseProcess
from typing import Any

from . import result

# By their identities, those that have been started here.
_workers: weakref.WeakValueDictionary[tuple[int, ...], BaseProcess] = weakref.WeakValueDictionary()


def adapt(process_obj: Any) -> None:
    """Have a worker that ends after some tasks say so by the pid that its executor knows it by.

    It would say os.getpid(), which in a pid namespace of its own is another number.
    """
    module = sys.modules.get("concurrent.futures.process")
    if module is None or process_obj._target is not module._process_worker:
        return
    calls, results, initializer, initargs, *max_tasks = process_obj._args
    if max_tasks and max_tasks[0] is not None:
        _workers[process_obj._identity] = process_obj
        results = _ResultQueue(results, process_obj._identity)
        process_obj._args = (calls, results, initializer, initargs, *max_tasks)


class _ResultQueue:
    """The end of a worker's queue of results, where it is named to its executor."""

    def __init__(self, queue: Any, identity: tuple[int, ...]) -> None:
        self._queue = queue
        self._identity = identity

    def put(self, item: Any) -> None:
        if getattr(item, "exit_pid", None) is not None:
            item.exit_pid = _Pid(self._identity)
        self._queue.put(item)


class _Pid:
    """A pid that is told where it is unpickled: in the process that has started the worker."""

    def __init__(self, identity: tuple[int, ...]) -> None:
        self._identity = identity

    def __reduce__(self) -> tuple[Any, ...]:
        return _pid_of_worker, (self._identity,)


def _pid_of_worker(identity: tuple[int, ...]) -> int | None:
    return _workers[identity].pid


def explain_deaths() -> None:
    """Where the calling thread is an executor's, have its BrokenProcessPool say how workers have ended.

    That thread knows its workers, but asks them for nothing but their sentinels.
    """
    thread = threading.current_thread()
    module = sys.modules.get("concurrent.futures.process")
    if module is None or not isinstance(thread, module._ExecutorManagerThread):
        return
    if "terminate_broken" in vars(thread):
        return

    def terminate_broken(cause: list[str] | None) -> None:
        own: Any = threading.current_thread()
        lost = [words for words in map(_how_ended, list(own.processes.values())) if words]
        type(own).terminate_broken(own, cause or [f"{words}\n" for words in lost] or None)

    thread.terminate_broken = terminate_broken


def _how_ended(worker: Any) -> str | None:
    ended = getattr(worker, "result", None)
    if ended is None:
        return None
    return f"worker {worker.pid} ({worker.name}) {result.in_words(ended)}"
