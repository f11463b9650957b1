"""Pool: multiprocessing's, with workers whose death is an error of the task that they had."""

from __future__ import annotations

import collections
import contextlib
import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import connection, pool, reduction, util
from multiprocessing.context import BaseContext
from multiprocessing.process import current_process
from typing import TYPE_CHECKING, Any

from . import _check, _pool_pipe, errors, result
from ._pool_pipe import Pipe
from .container import Launch

if TYPE_CHECKING:
    from .context import IsolatedProcess

__all__ = ["Pool"]

_Job = tuple[int, Any]  # of a task, and the position in it
_Answer = Any  # (job, position, (whether it was successful, value or exception)), or None at the end


class Pool(pool.Pool):
    """multiprocessing.Pool, where no task waits for ever because its worker has died.

    A task whose worker has died fails with WorkerLostError, which tells how it has ended; the others go on,
    with a new worker in its place. Workers share no lock and no pipe, so that none takes the others along.

    Tasks are handed out one at a time. So an iterable that is given to imap() is read as fast as workers take
    from it, and no faster.
    """

    # Attributes of multiprocessing.pool.Pool that its type stubs do not have.
    _ctx: BaseContext
    _change_notifier: Any

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: BaseContext | None = None,
    ) -> None:
        super().__init__(processes, initializer, initargs, maxtasksperchild, context)

    def _setup_queues(self) -> None:
        if not hasattr(self._ctx, "_launch_of_forks"):
            what = "one of pyspaces.get_context() is needed, or its method Pool()"
            raise _check.refusal(TypeError, "context", self._ctx, what)
        self._dispatcher = _Dispatcher()
        # The threads of the pool may hold on to these, but not to the pool.
        self.Process = self._dispatcher.worker  # type: ignore[method-assign,assignment]
        self._inqueue = self._outqueue = self._dispatcher
        self._quick_put = self._dispatcher.send
        self._quick_get = self._dispatcher.receive

    def _repopulate_pool(self) -> None:
        with self._dispatcher.starting_together(self._ctx):
            super()._repopulate_pool()  # type: ignore[misc]

    def _get_sentinels(self) -> list[Any]:
        return [self._change_notifier._reader]

    @staticmethod
    def _help_stuff_finish(inqueue: _Dispatcher, task_handler: threading.Thread, size: int) -> None:
        inqueue.close()


class _Worker:
    """What a pool knows of one of its processes."""

    def __init__(
        self, dispatcher: _Dispatcher, process: IsolatedProcess, queues: tuple[Pipe, Pipe], limit: Any
    ) -> None:
        self._dispatcher = dispatcher
        self._process = process
        self.started = False
        self.tasks, self.results = queues
        self.remaining = limit  # tasks until it ends, or None
        self.job: _Job | None = None  # the one that it has

    @property
    def name(self) -> str:
        return self._process.name

    @name.setter
    def name(self, name: str) -> None:
        self._process.name = name

    @property
    def daemon(self) -> bool:
        return self._process.daemon

    @daemon.setter
    def daemon(self, on: bool) -> None:
        self._process.daemon = on

    def start(self) -> None:
        """Start it, or have it started together with others."""
        if self._dispatcher.takes_for_later(self):
            return
        try:
            with self._process._context._launch_of_forks() as launch:
                self.begin_start(launch)
                self.finish_start()
        except Exception as error:
            self.abandon_start()
            if not self._dispatcher.goes_on_without(error):
                raise

    def begin_start(self, launch: Launch | None) -> None:
        with contextlib.nullcontext() if launch is None else self._dispatcher.lock():
            self._process._begin_start(launch)
            self.tasks._reader.close()
            self.results._writer.close()

    def finish_start(self, timeout_ms: int = -1) -> None:
        if not self.started and self._process._finish_start(timeout_ms):
            self.started = True
            self._dispatcher.add(self)

    def abandon_start(self) -> None:
        if not self.started:
            self._process._abandon_start()
            self.tasks.close()
            self.results.close()

    def forget_pipes(self) -> None:
        """In a worker: of the others, which may not have been started yet."""
        if self._process is not current_process():
            self.tasks.close()
            self.results.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    # A worker that could not be started is no process that may be asked.

    @property
    def sentinel(self) -> int:
        if not self.started:
            raise AttributeError("sentinel")
        return self._process.sentinel

    @property
    def result(self) -> result.Result | None:
        return self._process.result

    @property
    def exitcode(self) -> int | None:
        return self._process.exitcode if self.started else None

    def is_alive(self) -> bool:
        return self.started and self._process.is_alive()

    def terminate(self) -> None:
        if self.started:
            self._process.terminate()

    def join(self, timeout: float | None = None) -> None:
        if self.started:
            self._process.join(timeout)


class _Dispatcher:
    """Hands tasks to workers, and their results to the pool. Each worker has pipes of its own.

    The pool calls send() in one thread, receive() in another, and starts workers in a third.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()  # and the lock for what follows
        self._workers: dict[int, _Worker] = {}  # by their sentinels
        self._idle: collections.deque[_Worker] = collections.deque()
        self._answers: collections.deque[_Answer] = collections.deque()
        self._ending = False  # there are no more tasks
        self._closed = False
        self._starting: list[_Worker] | None = None  # together
        self._constructor = threading.get_ident()  # all other threads are the pool's
        self._failure: Exception | None = None  # why a worker could not be replaced
        self._woken, self._wake = connection.Pipe(duplex=False)
        os.set_blocking(self._wake.fileno(), False)
        util.register_after_fork(self, _Dispatcher._after_fork)

    def _after_fork(self) -> None:
        """In a worker: close what is this process', lest the others do not see it end."""
        self._woken.close()
        self._wake.close()
        for worker in self._workers.values():
            worker.tasks._writer.close()
            worker.results._reader.close()
        for worker in self._starting or ():
            worker.forget_pipes()

    # --- Called by the thread that starts workers ---------------------------------------------------------

    def worker(self, ctx: BaseContext, target: Callable[..., object], args: tuple[Any, ...]) -> _Worker:
        """A new worker, not started yet; `args` begins with the queues that all workers would share."""
        queues = Pipe("writer"), Pipe("reader")
        process = ctx.Process(target=target, args=(*queues, *args[2:]))  # type: ignore[attr-defined]
        return _Worker(self, process, queues, limit=args[4])

    @contextlib.contextmanager
    def starting_together(self, ctx: Any) -> Iterator[None]:
        """The workers that are started in here get ready side by side, and all are when it ends.

        All is prepared before the first one is forked: what is written to after a fork has to be copied.
        """
        workers: list[_Worker] = []
        self._starting = workers
        try:
            yield
            with ctx._launch_of_forks() as launch:
                for count, worker in enumerate(workers, 1):
                    worker.begin_start(launch)
                    for other in workers[:count]:
                        other.finish_start(0)
                for worker in workers:
                    worker.finish_start()
        except BaseException:
            for worker in workers:
                worker.abandon_start()
            raise
        finally:
            self._starting = None

    def takes_for_later(self, worker: _Worker) -> bool:
        if self._starting is None:
            return False
        self._starting.append(worker)
        return True

    def lock(self) -> threading.Condition:
        """What has to be held while this process is forked: no descriptor of workers is half closed then.

        Not while another one is started, which may have to be waited for.
        """
        return self._changed

    def add(self, worker: _Worker) -> None:
        with self._changed:
            self._workers[worker.sentinel] = worker
            self._rest(worker)
        self._interrupt()

    def goes_on_without(self, error: Exception) -> bool:
        """A worker could not be started; returns whether the pool goes on without it.

        It does where this is one in the place of another, which the constructor never starts.
        """
        if threading.get_ident() == self._constructor:
            return False
        with self._changed:
            self._failure = error
            self._changed.notify_all()
        with contextlib.suppress(RuntimeWarning):  # where warnings are errors: tasks will raise the failure
            warnings.warn(
                f"a worker of the pool could not be replaced: {error}", RuntimeWarning, stacklevel=2
            )
        return True

    # --- Called by the thread that reads tasks ------------------------------------------------------------

    def send(self, task: Any) -> None:
        """Give a task to the next worker that is free; None: there are no more."""
        if task is None:
            with self._changed:
                self._ending = True
                while self._idle:
                    self._dismiss(self._idle.popleft())
            return
        message = _pool_pipe.message(task)
        while True:
            try:
                worker = self._next_worker()
            except Exception:
                del message  # which the traceback would keep, and the exception is kept
                raise
            if worker is None:
                return
            with self._changed:
                worker.job = task[:2]
            try:
                worker.tasks.write(message, worker.sentinel)
                return
            except OSError:
                with self._changed:
                    if worker.job is None:
                        return  # it has died meanwhile, and the task has failed
                    worker.job = None  # it had died before, and has not got it

    def _next_worker(self) -> _Worker | None:
        with self._changed:
            while not self._closed:
                while self._idle:
                    worker = self._idle.popleft()
                    if worker.is_alive():
                        return worker
                if self._failure is not None and not self._workers:
                    raise self._failure
                self._changed.wait()
        return None

    def _rest(self, worker: _Worker) -> None:
        if worker.remaining == 0:
            return  # it ends by itself
        if worker.remaining is not None:
            worker.remaining -= 1
        if self._ending:
            self._dismiss(worker)
        else:
            self._idle.append(worker)
            self._changed.notify_all()

    @staticmethod
    def _dismiss(worker: _Worker) -> None:
        with contextlib.suppress(OSError):
            worker.tasks.put(None)

    # --- Called by the thread that reads results ----------------------------------------------------------

    def receive(self) -> _Answer:
        """The next answer."""
        while True:
            with self._changed:
                if self._answers:
                    return self._answers.popleft()
                by_source: dict[Any, _Worker] = {}
                for worker in self._workers.values():
                    by_source[worker.sentinel] = worker
                    if not worker.results._reader.closed:
                        by_source[worker.results._reader] = worker
            for source in connection.wait([self._woken, *by_source]):
                if source is self._woken:
                    self._woken.recv_bytes()
                elif isinstance(source, int):
                    self._remove(by_source[source])
                else:
                    self._read(by_source[source])

    def _read(self, worker: _Worker) -> None:
        try:
            messages = worker.results.read()
        except (EOFError, OSError):
            with self._changed:
                worker.results._reader.close()  # it is about to end
            return
        for data in messages:
            job = worker.job
            try:
                answer = reduction.ForkingPickler.loads(data)
            except Exception as error:
                answer = (*(job or (None, None)), (False, error))
            with self._changed:
                worker.job = None
                self._answers.append(answer)
                self._rest(worker)

    def _remove(self, worker: _Worker) -> None:
        """The worker has ended: what it has still said counts, and then its task has failed."""
        while not worker.results._reader.closed and worker.results._reader.poll():
            self._read(worker)
        worker.join()
        with self._changed:
            del self._workers[worker.sentinel]
            with contextlib.suppress(ValueError):
                self._idle.remove(worker)
            job, worker.job = worker.job, None
            if job is not None:
                self._answers.append((*job, (False, _lost(worker))))
            # The other pipe is closed with the worker: send() may be about to write to it.
            worker.results._reader.close()
            self._changed.notify_all()

    # --- Called by the thread that ends the pool, and others ----------------------------------------------

    def put(self, answer: _Answer) -> None:
        """Have receive() return this, too."""
        with self._changed:
            self._answers.append(answer)
        self._interrupt()

    def close(self) -> None:
        """Have send() wait no longer. Tasks are let go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _interrupt(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake.send_bytes(b"")


def _lost(worker: _Worker) -> errors.WorkerLostError:
    ended = worker.result
    how = f"exited with code {worker.exitcode}" if ended is None else result.in_words(ended)
    return errors.WorkerLostError(f"worker {worker.pid} ({worker.name}) had this task and {how}", ended)
