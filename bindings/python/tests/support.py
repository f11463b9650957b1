"""What the tests share."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import textwrap
from multiprocessing import Pipe, parent_process, resource_sharer, resource_tracker
from typing import Any, Callable

import pytest

from pyspaces import Container, Error, Popen, _popen_forkserver, _spaces, check_output, get_context

ROOT = os.getuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="needs root")
needs_user = pytest.mark.skipif(ROOT, reason="is about ordinary users")


@functools.lru_cache
def why_no_group() -> str | None:
    """Why whoever runs the tests can limit nobody by a control group."""
    try:
        check_output(["true"], memory="1G", pids_limit=1000, cpus=1)
    except Error as error:
        assert error.code == _spaces.SPACES_EUNSUPPORTED
        return str(error)
    return None


needs_groups = pytest.mark.usefixtures("groups")

NAMESPACES = ("user", "cgroup", "ipc", "uts", "net", "pid", "time", "mnt")

# An id map that whoever runs the tests may write: some user as root for root, else the own one.
OUTSIDE_UID = 1000 if ROOT else os.getuid()
OUTSIDE_GID = 1000 if ROOT else os.getgid()
UID_MAP = f"0 {OUTSIDE_UID} 1"
GID_MAP = f"0 {OUTSIDE_GID} 1"

# What it takes to make the other namespaces as whoever runs the tests.
UNPRIVILEGED: dict[str, Any] = {} if ROOT else {"newuser": True}


def namespaces(pid: int | str = "self") -> dict[str, int]:
    """The namespaces of a process by the inodes of their files."""
    return {name: os.stat(f"/proc/{pid}/ns/{name}").st_ino for name in NAMESPACES}


def changed(inside: dict[str, int]) -> set[str]:
    """In which of them `inside` differs from this process."""
    own = namespaces()
    return {name for name in NAMESPACES if inside[name] != own[name]}


def here() -> dict[str, int]:
    """Those of the calling thread."""
    return namespaces("thread-self")


def changed_here(before: dict[str, int]) -> set[str]:
    """In which of them the calling thread is not where it was."""
    now = here()
    return {name for name in now if now[name] != before[name]}


def children(thread: str = "thread-self") -> set[str]:
    """The children of a thread, but for multiprocessing's resource tracker, which stays."""
    tracker = str(resource_tracker._resource_tracker._pid)
    return set(pathlib.Path(f"/proc/{thread}/children").read_text().split()) - {tracker}


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


def open_descriptors() -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))


def _answer(sender: Any, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    sender.send(function(*args))


def call(function: Callable[..., Any], *args: Any, container: Any = Container, **options: Any) -> Any:
    """What the function returns when it is called in a container with these options."""
    receiver, sender = Pipe(duplex=False)
    with receiver, sender:
        process = container(target=_answer, args=(sender, function, args), **options)
        process.start()
        sender.close()
        with contextlib.suppress(EOFError):
            answer = receiver.recv()
        process.join(30)
        exitcode = process.exitcode
        process.close()
    assert exitcode == 0
    return answer


def output(*argv: str, **options: Any) -> str:
    """What a program prints in a container with these options."""
    process = Container(argv=argv, stdout=subprocess.PIPE, **options)
    process.start()
    with contextlib.closing(process):
        assert process.stdout is not None
        text = os.fsdecode(process.stdout.read())
        process.join()
        assert process.exitcode == 0, text
    return text


def program_output(*argv: Any, **options: Any) -> str:
    """The same by check_output(), whose options they are, without the last line's end."""
    printed: str = check_output(argv, text=True, **options)
    return printed.rstrip("\n")


def run_script(script: str, *args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a Python program of its own; its standard streams are pipes."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *args],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def pause() -> None:
    """For containers that wait to be ended, or for the handler of a signal to do it."""
    import signal

    # Not signal.pause(): it would miss a signal that comes when it has been called, but is not yet waiting.
    arrival, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    while True:
        os.read(arrival, 1)


@contextlib.contextmanager
def paused(**options: Any) -> Any:
    """A container that lives as long as the block."""
    ready, tell = os.pipe()

    def wait() -> None:
        os.write(tell, b"\0")
        pause()

    process = Container(target=wait, **options)
    process.start()
    try:
        os.read(ready, 1)  # its setup is complete
        yield process
    finally:
        os.close(ready)
        os.close(tell)
        process.kill()
        process.join()
        process.close()


def make_root(path: pathlib.Path) -> str:
    """A small root directory with a static shell in it."""
    busybox = shutil.which("busybox", path="/bin:/usr/bin")
    assert busybox, "busybox-static is needed"
    for directory in ("bin", "proc", "tmp", "dev", "home/somebody"):
        (path / directory).mkdir(parents=True)
    shutil.copy(busybox, path / "bin/busybox")
    for name in ("sh", "ls", "cat", "id", "ps", "mount", "pwd", "echo", "touch", "true"):
        (path / "bin" / name).symlink_to("busybox")
    for directory in (path, *path.parents):
        if directory.stat().st_uid == os.getuid() and directory != pathlib.Path("/"):
            with contextlib.suppress(PermissionError):
                directory.chmod(directory.stat().st_mode | 0o055)
    return str(path)


MIB = 1 << 20


def eats(amount: int) -> list[str]:
    """A program that writes to so many MiB of memory at once, and to a little for itself."""
    return [sys.executable, "-S", "-c", f"bytearray({amount} << 20)"]


class Shell:
    """A shell in a container, and both views of it: what it reads itself, and what is read of it here."""

    def __init__(self, **options: Any) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.process: Any = Popen(["/bin/sh"], text=True, bufsize=1, **pipes, **options)

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *exception: object) -> None:
        with self.process:
            self.process.kill()

    def says(self, script: str) -> str:
        """What it prints, without the last line's end."""
        self.process.stdin.write(f"{script}\necho; echo END-OF-ANSWER\n")
        answer = ""
        while not answer.endswith("\nEND-OF-ANSWER\n"):
            line = self.process.stdout.readline()
            assert line, f"the shell has ended: {answer}"
            answer += line
        return answer[: -len("END-OF-ANSWER\n")].rstrip("\n")

    @property
    def pid(self) -> int:
        """That of the shell, also where it has an init."""
        task = f"/proc/{self.process.pid}"
        if pathlib.Path(f"{task}/comm").read_text().startswith("spaces-"):
            return int(pathlib.Path(f"{task}/task/{self.process.pid}/children").read_text())
        return int(self.process.pid)

    def inside(self, name: str) -> str:
        """A file of /proc/self, as the shell reads it: by itself, since it may not be able to run others."""
        return self.says(f'while IFS= read -r line; do echo "$line"; done </proc/$$/{name}').rstrip("\n")

    def outside(self, name: str) -> str:
        """The same, as it is read here."""
        return pathlib.Path(f"/proc/{self.pid}/{name}").read_text().rstrip("\n")

    def status(self, *names: str) -> dict[str, str]:
        """Lines of /proc/self/status, which both views must tell alike."""
        inside, outside = (
            {key: value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
            for text in (self.inside("status"), self.outside("status"))
        )
        told = {name: inside[name] for name in names}
        assert told == {name: outside[name] for name in names}
        return told


# --- Contexts of multiprocessing --------------------------------------------------------------------------

METHODS = ("fork", "spawn", "forkserver")


def isolated(method: str, **options: Any) -> Any:
    """A context whose processes have everything of their own."""
    return get_context(method, all=True, **options)


def look(sender: Any) -> None:
    """For a process that tells where it is, who, and of which parent."""
    parent: Any = parent_process()
    told = parent.pid, parent.is_alive()
    sender.send((namespaces(), os.getpid(), os.getppid(), socket.gethostname(), told))
    sender.close()


def exit_with(code: int) -> None:
    sys.exit(code)


def start(context: Any, target: Callable[..., Any], *args: Any) -> Any:
    """A process of a context."""
    process = context.Process(target=target, args=args)
    process.start()
    return process


def finish(process: Any, exitcode: int = 0) -> None:
    process.join(60)
    assert process.exitcode == exitcode
    process.close()


def run(context: Any, target: Callable[..., Any], *args: Any) -> None:
    finish(start(context, target, *args))


def stop_helpers() -> None:
    """End what multiprocessing keeps running beside its processes until the end of the program."""
    gc.collect()  # of what the tracker knows
    if resource_sharer._resource_sharer._listener is not None:
        resource_sharer.stop(timeout=30)
    _popen_forkserver.servers.stop()
    resource_tracker._resource_tracker._stop()
