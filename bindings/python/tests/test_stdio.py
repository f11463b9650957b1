"""Standard streams: paths, descriptors, files, pipes, merged, and a terminal; for callables and programs."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys

import pytest

from pyspaces import Container


class Hooked(Container):
    """Its streams are changed in Python and not by the library."""

    def preup(self):
        pass


def copy():
    """Copies standard input, by Python's files to standard output and by descriptors to standard error."""
    text = sys.stdin.read()
    sys.stdout.write(text.upper())
    sys.stdout.flush()
    os.write(2, text.encode())


def callable_(kind, **options):
    return kind(target=copy, **options)


def program(_, **options):
    return Container(argv=["sh", "-c", "read x; echo $x | tr a-z A-Z; echo $x >&2"], **options)


@pytest.fixture(
    params=[(callable_, Container), (callable_, Hooked), (program, None)],
    ids=["callable", "hooked", "program"],
)
def make(request):
    function, kind = request.param
    return lambda **options: function(kind, **options)


def finish(container):
    container.start()
    container.join(30)
    assert container.exitcode == 0
    container.close()


def test_paths(make, tmp_path):
    (tmp_path / "in").write_text("hello\n")
    (tmp_path / "out").write_text("something longer than what comes")
    finish(make(stdin=tmp_path / "in", stdout=str(tmp_path / "out"), stderr=os.fsencode(tmp_path / "err")))
    assert (tmp_path / "out").read_text() == "HELLO\n"
    assert (tmp_path / "err").read_text() == "hello\n"


def test_descriptors_and_files(make, tmp_path):
    (tmp_path / "in").write_text("hello\n")
    with (
        open(tmp_path / "in") as stdin,
        open(tmp_path / "out", "w") as out,
        open(tmp_path / "err", "w") as err,
    ):
        finish(make(stdin=stdin, stdout=out.fileno(), stderr=err))
        assert not out.closed
    assert (tmp_path / "out").read_text() == "HELLO\n"
    assert (tmp_path / "err").read_text() == "hello\n"


def test_pipes(make):
    container = make(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    container.start()
    container.stdin.write(b"hello\n")
    container.stdin.close()
    assert container.stdout.read() == b"HELLO\n"
    assert container.stderr.read() == b"hello\n"
    container.join(30)
    container.close()
    assert container.stdout.closed
    assert container.stderr.closed


def test_merged(make, tmp_path):
    (tmp_path / "in").write_text("hello\n")
    finish(make(stdin=tmp_path / "in", stdout=tmp_path / "out", stderr=subprocess.STDOUT))
    assert (tmp_path / "out").read_text() == "HELLO\nhello\n"


def test_devnull(make, tmp_path):
    finish(make(stdin=subprocess.DEVNULL, stdout=tmp_path / "out", stderr=os.devnull))
    assert (tmp_path / "out").read_text().strip() == ""


def test_only_stderr_can_be_merged(make):
    with pytest.raises(ValueError, match=r"stdout=subprocess.STDOUT|stdout=-2"):
        make(stdout=subprocess.STDOUT).start()


@pytest.mark.parametrize(
    ("value", "error"), [("/nonexistent/file", FileNotFoundError), (1000, OSError), (object(), TypeError)]
)
def test_what_cannot_be_opened(make, value, error):
    with pytest.raises(error):
        make(stdin=value).start()


def test_the_callers_own_streams_may_be_closed():
    """Their numbers are free then, and what is opened meanwhile must not get in the container's way."""
    from support import run_script

    result = run_script(
        """
        import os, sys
        from pyspaces import Container

        class Hooked(Container):
            def preup(self):
                pass

        os.close(0)
        os.close(1)
        for kind in Container, Hooked:
            container = kind(target=lambda: os.write(1, os.read(0, 100).upper()), stdin=sys.argv[1],
                             stdout=sys.argv[2])
            container.start()
            container.join()
            os.write(2, open(sys.argv[2]).read().encode())
        """,
        *_files(),
    )
    assert (result.returncode, result.stderr) == (0, "HELLOHELLO")


def _files():
    import tempfile

    directory = tempfile.mkdtemp()
    with open(directory + "/in", "w") as file:
        file.write("hello")
    return directory + "/in", directory + "/out"


def test_files_of_sys_that_are_not_descriptors_are_replaced(tmp_path):
    with contextlib.redirect_stdout(io.StringIO()):
        finish(Container(target=print, args=("hello",), stdout=tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "hello\n"


def test_files_are_made_with_the_callers_umask(make, tmp_path):
    before = os.umask(0o027)
    try:
        finish(make(stdin=os.devnull, stdout=tmp_path / "out", stderr=os.devnull))
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("kind", [Container, Hooked])
def test_a_terminal(kind):
    def look():
        size = os.get_terminal_size(1)
        print(
            sys.stdin.isatty(), sys.stdout.isatty(), size.columns, size.lines, os.tcgetpgrp(0) == os.getpgrp()
        )

    container = kind(target=look, terminal=True, terminal_size=(33, 99))
    container.start()
    assert container.terminal.read(1000) == b"True True 99 33 True\r\n"
    container.join()
    container.close()
    assert container.terminal.closed


def test_a_terminal_for_a_program():
    container = Container(
        argv=["sh", "-c", "tty >/dev/null && echo yes"], terminal=True, newuser=True, newpid=True
    )
    container.start()
    assert container.terminal.read(1000) == b"yes\r\n"
    container.join()
    container.close()
