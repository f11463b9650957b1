"""The methods that a subclass overrides: their order, and what has been done before each."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pyspaces import Container
from support import UNPRIVILEGED, namespaces, run_script


class Logging(Container):
    """Writes down what is called."""

    fails_in = ""

    def __init__(self, **options):
        self.reader, self.writer = os.pipe()
        super().__init__(**options)

    def note(self, name):
        os.write(self.writer, name.encode() + b"\n")
        if name == self.fails_in:
            raise RuntimeError(name)

    def log(self):
        """Run to the end, and return what was written down."""
        self.start()
        os.close(self.writer)
        with open(self.reader) as reader:
            lines = reader.read().split("\n")[:-1]
        self.join()
        return lines

    def preup(self):
        self.note("preup")

    def exceptup(self):
        self.note("exceptup")

    def postup(self):
        self.note("postup")

    def preexec(self):
        self.note("preexec")

    def exceptexec(self):
        self.note("exceptexec")

    def postexec(self):
        self.note("postexec")

    def run(self):
        self.note("run")


@pytest.fixture
def quiet(capfd):
    """The tracebacks of containers are meant to be there; see them when a test fails."""
    yield
    capfd.readouterr()


def test_order():
    container = Logging()
    assert container.log() == ["preup", "postup", "preexec", "run", "postexec"]
    assert container.exitcode == 0
    container.close()


@pytest.mark.parametrize(
    ("fails_in", "log"),
    [
        ("preup", ["preup", "exceptup", "postup"]),
        ("postup", ["preup", "postup"]),
        ("preexec", ["preup", "postup", "preexec", "exceptexec", "postexec"]),
        ("run", ["preup", "postup", "preexec", "run", "exceptexec", "postexec"]),
    ],
)
@pytest.mark.usefixtures("quiet")
def test_order_when_one_fails(fails_in, log):
    container = Logging()
    container.fails_in = fails_in
    assert container.log() == log
    assert container.exitcode == 1
    container.close()


@pytest.mark.usefixtures("quiet")
def test_a_setup_that_fails():
    container = Logging(workdir="/nonexistent")
    assert container.log() == ["preup", "exceptup", "postup"]
    assert container.exitcode == 1
    container.close()


def test_all_methods_in_their_order():
    class Steps(Logging):
        def daemonize(self):
            self.note("daemonize")
            super().daemonize()

        def chroot(self):
            self.note("chroot")
            super().chroot()

        def chdir(self):
            self.note("chdir")
            super().chdir()

        def chtty(self):
            self.note("chtty")
            super().chtty()

    container = Steps()
    assert container.log()[:6] == ["preup", "daemonize", "chroot", "chdir", "chtty", "postup"]
    container.close()


def test_they_run_in_the_new_namespaces():
    class Look(Logging):
        def note(self, name):
            super().note(f"{name} {namespaces()['uts'] != outside} {os.getpid()}")

    outside = namespaces()["uts"]
    container = Look(uts=True, newpid=True, init=False, **UNPRIVILEGED)
    assert container.log() == [f"{name} True 1" for name in ("preup", "postup", "preexec", "run", "postexec")]
    container.close()


def test_preup_can_mount_what_the_new_root_shows(rootfs):
    class Mounting(Logging):
        def preup(self):
            subprocess.run(["mount", "--bind", "/etc", rootfs + "/tmp"], check=True)

        def run(self):
            self.note(f"{os.path.exists('/tmp/passwd')} {os.path.exists('/etc')} {os.getcwd()}")

    container = Mounting(rootdir=rootfs, newns=True, **UNPRIVILEGED)
    assert "True False /" in container.log()
    container.close()


def test_preup_runs_before_everything_changes(rootfs, tmp_path):
    class Look(Logging):
        def look(self, name):
            print(name, flush=True)
            root = os.stat("/").st_ino == os.stat(rootfs).st_ino if os.path.exists(rootfs) else "new"
            self.note(f"{name} {root} {os.getcwd()}")

        def preup(self):
            self.look("preup")

        def postup(self):
            self.look("postup")

    out = tmp_path / "out"
    container = Look(rootdir=rootfs, workdir="/home/somebody", stdout=out, newuser=True, newns=True)
    log = container.log()
    assert log[0] == f"preup False {os.getcwd()}"
    assert log[1] == "postup new /home/somebody"
    assert out.read_text() == "postup\n"
    container.close()


def test_the_new_root_has_its_own_proc_also_with_preup(rootfs):
    class Look(Logging):
        def run(self):
            self.note(" ".join(sorted(name for name in os.listdir("/proc") if name.isdigit())))

    container = Look(rootdir=rootfs, newpid=True, newns=True, **UNPRIVILEGED)
    assert "1 2" in container.log()
    container.close()


def test_mounts_are_in_the_new_root_also_with_preup(rootfs):
    class Look(Logging):
        def preup(self):
            self.note(f"preup {os.path.exists(rootfs + '/tmp/passwd')}")

        def run(self):
            self.note(f"run {os.path.exists('/tmp/passwd')}")

    container = Look(rootdir=rootfs, newns=True, mounts=[("/etc", "/tmp")], **UNPRIVILEGED)
    log = container.log()
    assert log[0] == "preup True"
    assert "run True" in log
    container.close()


def test_what_only_the_library_can_do_is_refused_with_preup(rootfs):
    container = Logging(rootdir=rootfs, newns=True, readonly=True, **UNPRIVILEGED)
    with pytest.raises(ValueError, match=r"readonly=True: .* preup\(\)"):
        container.start()
    os.close(container.reader)
    os.close(container.writer)


def test_privileges_are_dropped_after_the_setup():
    class Look(Logging):
        def note(self, name):
            super().note(f"{name} {os.getuid()} {os.getgid()}")

    options = {"uid_map": "0 1000 10", "gid_map": "0 1000 10"} if os.getuid() == 0 else {}
    uid, gid = (5, 6) if options else (0, 0)
    container = Look(newuser=True, uid=uid, gid=gid, **options)
    assert container.log()[0] == "preup 0 0"
    container.close()
    container = Look(newuser=True, uid=uid, gid=gid, **options)
    assert container.log()[-1] == f"postexec {uid} {gid}"
    container.close()


def test_a_hook_of_the_target_alone_leaves_the_setup_to_the_library():
    class Late(Container):
        def preexec(self):
            pass

    container = Late(target=int, workdir="/nonexistent")
    with pytest.raises(FileNotFoundError, match="/nonexistent"):
        container.start()


def test_hooks_of_one_object():
    reader, writer = os.pipe()
    container = Container(target=lambda: os.write(writer, b"target"))
    container.preup = lambda: os.write(writer, b"preup ")
    container.start()
    container.join()
    assert os.read(reader, 100) == b"preup target"
    os.close(reader)
    os.close(writer)
    container.close()


def test_hooks_also_run_before_a_program():
    class Hooked(Logging):
        run = Container.run

    container = Hooked(argv=["sh", "-c", "echo $GREETING"], env={**os.environ, "GREETING": "hello"})
    reader, writer = os.pipe()
    container.kwargs["stdout"] = writer
    assert container.log() == ["preup", "postup", "preexec"]
    os.close(writer)
    with open(reader) as file:
        assert file.read() == "hello\n"
    assert container.exitcode == 0
    container.close()


def test_exceptexec_also_sees_sys_exit():
    class Leaving(Logging):
        def run(self):
            sys.exit(3)

    container = Leaving()
    assert container.log()[-2:] == ["exceptexec", "postexec"]
    assert container.exitcode == 3
    container.close()


def test_errors_of_hooks_are_printed():
    result = run_script(
        """
        from pyspaces import Container

        class Failing(Container):
            def preup(self):
                raise RuntimeError("no way")

        container = Failing(target=print, args=("never",), name="it")
        container.start()
        container.join()
        print(container.exitcode)
        """
    )
    assert result.stdout == "1\n"
    assert result.stderr.startswith("Process it:\nTraceback (most recent call last):\n")
    assert result.stderr.endswith("RuntimeError: no way\n")
