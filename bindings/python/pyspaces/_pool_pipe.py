"""Pipes between a pool and one of its workers."""

from __future__ import annotations

import os
import select
import struct
from multiprocessing import connection, reduction
from typing import Any, Literal

_LENGTH = struct.Struct("!Q")  # of the pickle that follows
_CHUNK = 1 << 16  # what a pipe holds
_CHUNKS_AT_ONCE = 16


class Pipe:
    """A SimpleQueue for one reader and one writer, which needs no locks.

    get() and put() are the worker's. The pool's own end never blocks: a worker may be stopped or die in the
    middle of a message, while a process that it has started holds the pipe open.
    """

    def __init__(self, end_of_pool: Literal["reader", "writer"]) -> None:
        self._reader, self._writer = connection.Pipe(duplex=False)
        own = self._reader if end_of_pool == "reader" else self._writer
        os.set_blocking(own.fileno(), False)
        self._received = bytearray()

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    # --- The worker's -------------------------------------------------------------------------------------

    def get(self) -> Any:
        (size,) = _LENGTH.unpack(self._read_exactly(_LENGTH.size))
        return reduction.ForkingPickler.loads(self._read_exactly(size))

    def put(self, item: Any) -> None:
        for part in message(item):
            rest = part
            while rest:
                rest = rest[os.write(self._writer.fileno(), rest) :]

    def _read_exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            count = os.readv(self._reader.fileno(), [rest])
            if count == 0:
                raise EOFError
            rest = rest[count:]
        return data

    # --- The pool's ---------------------------------------------------------------------------------------

    def write(self, message: tuple[memoryview, ...], sentinel: int) -> None:
        """Raises BrokenPipeError where the worker, whose sentinel this is, has died before it got all."""
        for part in message:
            rest = part
            while rest:
                try:
                    rest = rest[os.write(self._writer.fileno(), rest) :]
                except BlockingIOError:
                    if not _wait_for_room(self._writer.fileno(), sentinel):
                        raise BrokenPipeError from None

    def read(self) -> list[bytes]:
        """The pickles that have arrived; raises EOFError at the end."""
        fd = self._reader.fileno()
        for count in range(_CHUNKS_AT_ONCE):
            try:
                chunk = os.read(fd, _CHUNK)
            except BlockingIOError:
                break
            if not chunk:
                if count == 0:
                    raise EOFError
                break
            self._received += chunk
        return list(iter(self._next, None))

    def _next(self) -> bytes | None:
        start = _LENGTH.size
        if len(self._received) < start:
            return None
        end = start + _LENGTH.unpack_from(self._received)[0]
        if len(self._received) < end:
            return None
        data = bytes(memoryview(self._received)[start:end])
        del self._received[:end]
        return data


def message(item: Any) -> tuple[memoryview, ...]:
    """What write() takes: the object, pickled."""
    data = reduction.ForkingPickler.dumps(item)
    return memoryview(_LENGTH.pack(len(data))), data


def _wait_for_room(writer: int, sentinel: int) -> bool:
    poller = select.poll()
    poller.register(writer, select.POLLOUT)
    poller.register(sentinel, select.POLLIN)
    return sentinel not in dict(poller.poll())
