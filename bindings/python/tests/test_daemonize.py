"""daemonize=True: the container goes on by itself, and to its starter it has ended well."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
from multiprocessing import connection

import pytest

from pyspaces import Container
from support import UNPRIVILEGED, namespaces, pause


class Hooked(Container):
    """Its setup is done in Python."""

    def preup(self):
        pass


def parent_of(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


@pytest.fixture
def fifo(tmp_path):
    """A named pipe: the daemon says that it runs, and its end is seen there."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def report(fifo):
    with open(fifo, "w") as file:
        stdio = {os.readlink(f"/proc/self/fd/{fd}") for fd in (0, 1, 2)}
        print(
            os.getsid(0) == os.getpid(), oct(os.umask(0)), stdio, namespaces()["uts"], file=file, flush=True
        )
        if not os.path.exists(f"{fifo}.end"):
            pause()


@pytest.mark.parametrize("kind", [Container, Hooked])
@pytest.mark.parametrize(
    "options", [{}, {"newpid": True}, {"all": True}, {"all": True, "init": False}], ids=str
)
def test_it_goes_on(kind, options, fifo):
    if options.get("newpid"):
        options = {**options, **UNPRIVILEGED}
    container = kind(target=report, args=(fifo,), daemonize=True, **options)
    container.start()
    assert connection.wait([container.sentinel], 0) == [container.sentinel]
    container.join(30)
    assert container.exitcode == 0
    assert not container.is_alive()
    with open(fifo) as file:
        session, umask, stdio, uts = file.readline().strip().replace("{'/dev/null'}", "null").split()
        assert (session, umask, stdio) == ("True", "0o0", "null")
        assert (int(uts) != namespaces()["uts"]) == bool(options.get("all"))
        assert parent_of(container.pid) != os.getpid()
        container.terminate()  # to its starter it has ended, so this does nothing
        assert os.path.exists(f"/proc/{container.pid}")
        os.kill(container.pid, signal.SIGKILL)
        assert file.read() == ""  # and now it has really ended
    container.close()


def test_a_program(fifo):
    container = Container(
        argv=["sh", "-c", f"echo $$ > {fifo}; exec sleep 60"], daemonize=True, newpid=True, **UNPRIVILEGED
    )
    container.start()
    container.join()
    assert container.exitcode == 0
    assert fifo.read_text() == "2\n"
    os.kill(container.pid, signal.SIGKILL)
    container.close()


def test_its_streams_may_be_files(tmp_path, fifo):
    def talk():
        print("hello", flush=True)
        os.write(2, b"world\n")
        fifo.write_text("done")

    container = Container(target=talk, daemonize=True, stdout=tmp_path / "out", stderr=tmp_path / "err")
    container.start()
    assert fifo.read_text() == "done"
    container.join()
    container.close()
    assert (tmp_path / "out").read_text() == "hello\n"
    assert (tmp_path / "err").read_text() == "world\n"


@pytest.mark.parametrize("options", [{"stdout": subprocess.PIPE}, {"terminal": True}])
def test_pipes_to_it_are_refused(options):
    with pytest.raises(ValueError, match="a daemon has no pipe"):
        Container(target=int, daemonize=True, **options)


def test_its_umask_may_be_chosen(fifo):
    container = Container(target=report, args=(fifo,), daemonize=True, umask=0o077)
    container.start()
    with open(fifo) as file:
        assert file.readline().split()[1] == "0o77"
        os.kill(container.pid, signal.SIGKILL)
    container.close()


def test_what_fails_is_an_exception_of_start():
    with pytest.raises(FileNotFoundError):
        Container(argv=["/nonexistent"], daemonize=True).start()
    with pytest.raises(FileNotFoundError):
        Container(target=int, workdir="/nonexistent", daemonize=True).start()


def test_it_is_not_listed_among_the_children(fifo):
    import multiprocessing

    container = Container(target=report, args=(fifo,), daemonize=True)
    container.start()
    assert multiprocessing.active_children() == []
    with open(fifo) as file:
        file.readline()
        os.kill(container.pid, signal.SIGKILL)
    container.close()


def test_nobody_waits_for_it_at_exit(fifo):
    from support import run_script

    result = run_script(
        """
        import sys
        from test_daemonize import report
        from pyspaces import Container

        container = Container(target=report, args=(sys.argv[1],), daemonize=True)
        container.start()
        with open(sys.argv[1]) as file:
            file.readline()
        print(container.pid)
        """,
        str(fifo),
        cwd=pathlib.Path(__file__).parent,
    )
    assert result.returncode == 0, result.stderr
    os.kill(int(result.stdout), signal.SIGKILL)
