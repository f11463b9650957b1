"""Containers that run a program, and the options that are the same for programs and callables."""

from __future__ import annotations

import json
import math
import os
import pathlib
import resource
import signal
import stat
import subprocess
import time

import pytest

import pyspaces
from pyspaces import Container, Error
from support import GID_MAP, ROOT, UID_MAP, UNPRIVILEGED, call, needs_root, output, run_script


def test_exit_code():
    container = Container(argv=["sh", "-c", "exit 7"], newpid=True, **UNPRIVILEGED)
    container.start()
    container.join()
    assert container.exitcode == 7
    container.close()


def test_arguments_are_passed_as_they_are(tmp_path):
    odd = os.fsdecode(b"\xff\xfe")
    assert output("printf", "%s|", "a b", "", odd, 'c"d') == f'a b||{odd}|c"d|'
    (tmp_path / "a").write_text("content")
    assert output("cat", tmp_path / "a") == "content"


def test_one_string_is_no_argument_vector():
    with pytest.raises(TypeError, match="not one string"):
        Container(argv="ls -l").start()


def test_no_nul_in_arguments():
    with pytest.raises(ValueError, match="null byte"):
        Container(argv=["echo", "a\0b"]).start()


def test_a_program_and_a_callable_are_not_both():
    with pytest.raises(ValueError, match="not both"):
        Container(argv=["true"], target=print)

    class Work(Container):
        def run(self):
            pass

    with pytest.raises(ValueError, match="not both"):
        Work(argv=["true"])


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("/nonexistent/program", FileNotFoundError),
        ("nonexistent-program", FileNotFoundError),
        ("/etc/passwd", PermissionError),
        ("/etc", PermissionError),
    ],
)
def test_a_program_that_cannot_be_run_is_an_exception_of_start(program, error):
    with pytest.raises(error) as caught:
        Container(argv=[program]).start()
    assert isinstance(caught.value, Error)
    assert caught.value.step == "exec"
    assert program in str(caught.value)


def test_environment_is_inherited_as_python_sees_it(monkeypatch):
    monkeypatch.setenv("GREETING", "hello")
    monkeypatch.delenv("HOME", raising=False)
    lines = output("env").splitlines()
    assert "GREETING=hello" in lines
    assert not [line for line in lines if line.startswith("HOME=")]


def test_environment_of_its_own():
    assert output("/usr/bin/env", env={"ONLY": "this"}) == "ONLY=this\n"
    assert call(lambda: dict(os.environ), env={"ONLY": "this"}) == {"ONLY": "this"}


def test_path_is_that_of_the_programs_environment(tmp_path):
    script = tmp_path / "my-program"
    script.write_text("#!/bin/sh\necho found\n")
    script.chmod(0o755)
    assert output("my-program", env={"PATH": str(tmp_path)}) == "found\n"


def test_signals_of_a_program_are_at_their_defaults():
    """Python ignores SIGPIPE; subprocess restores it, too."""
    status = output("cat", "/proc/self/status")
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
    assert int(ignored.split()[1], 16) == 0


def test_a_callable_keeps_pythons_signal_handlers():
    def handlers():
        return signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(
            signal.SIGPIPE
        ) == signal.SIG_IGN

    def ignored():
        with open("/proc/self/status") as status:
            return next(int(line.split()[1], 16) for line in status if line.startswith("SigIgn:"))

    assert call(handlers, newpid=True, **UNPRIVILEGED) == (True, True)
    assert call(ignored, newpid=True, **UNPRIVILEGED) & 1 << (signal.SIGPIPE - 1)


def test_only_passed_descriptors_are_open_in_a_program():
    with open("/dev/null") as first, open("/dev/null") as second:
        os.set_inheritable(first.fileno(), True)
        numbers = output("ls", "/proc/self/fd", pass_fds=[second]).split()
        assert str(first.fileno()) not in numbers
        assert str(second.fileno()) in numbers
        assert "77" in output("ls", "/proc/self/fd", pass_fds={77: first.fileno()}).split()


def test_passed_descriptors_survive_the_exec_of_a_callable():
    with open("/etc/hostname") as file:
        options = {"target": os.execvp, "args": ("cat", ["cat", f"/proc/self/fd/{file.fileno()}"])}
        container = Container(pass_fds=[file], stdout=subprocess.DEVNULL, **options)
        container.start()
        container.join()
        assert container.exitcode == 0
        container.close()


def test_working_directory(tmp_path):
    assert output("pwd", workdir=tmp_path) == f"{tmp_path}\n"
    assert call(os.getcwd, workdir=str(tmp_path)) == str(tmp_path)
    assert call(os.getcwd) == os.getcwd()


def test_umask():
    def umask():
        return os.umask(0)

    assert call(umask, umask=0o027) == 0o027


def test_rlimits():
    for name in ("NOFILE", "RLIMIT_NOFILE", "nofile", resource.RLIMIT_NOFILE):
        assert call(resource.getrlimit, resource.RLIMIT_NOFILE, rlimits={name: (100, 200)}) == (100, 200)
    assert call(resource.getrlimit, resource.RLIMIT_CORE, rlimits={"CORE": 0}) == (0, 0)
    infinity = resource.RLIM_INFINITY
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] == infinity:
        limits = call(resource.getrlimit, resource.RLIMIT_FSIZE, rlimits={"FSIZE": (5, infinity)})
        assert limits == (5, infinity)
    with pytest.raises(ValueError, match="NONSENSE"):
        Container(target=int, rlimits={"nonsense": 1}).start()
    with pytest.raises(ValueError, match="12345 is not a resource"):
        Container(target=int, rlimits={12345: 1}).start()


def test_hostname_and_domainname():
    def names():
        return os.uname().nodename, pathlib.Path("/proc/sys/kernel/domainname").read_text()

    options = {"newuts": True, **UNPRIVILEGED}
    assert call(names, hostname="box", domainname="example", **options) == ("box", "example\n")


def test_hostname_without_its_namespace_is_refused():
    with pytest.raises(ValueError, match="hostname"):
        Container(target=int, hostname="box").start()


def test_time_offsets():
    def clock():
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    offset = 1_000_000.5
    here = clock()
    there = call(clock, newtime=True, time_offsets={"boottime": offset}, **UNPRIVILEGED)
    assert offset <= there - here < offset + 60


def test_no_new_privs():
    def no_new_privs():
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("NoNewPrivs:"))

    assert call(no_new_privs, no_new_privs=True) == 1
    assert call(no_new_privs) == 0


def test_oom_score_adj():
    assert call(pathlib.Path("/proc/self/oom_score_adj").read_text, oom_score_adj=500) == "500\n"


def test_new_session():
    assert call(lambda: os.getsid(0) == os.getpid(), new_session=True)
    assert call(os.getsid, 0) == os.getsid(0)


@needs_root
def test_ids_and_groups():
    def ids():
        return os.getresuid(), os.getresgid(), os.getgroups()

    assert call(ids, uid=1000, gid=1001, groups=[5, 6]) == ((1000,) * 3, (1001,) * 3, [5, 6])
    assert call(ids, uid=1000, gid=1001) == ((1000,) * 3, (1001,) * 3, [])
    with pytest.raises(ValueError, match=r"groups\[0\]=4294967296"):
        Container(target=int, groups=[2**32]).start()


def test_readonly_root(rootfs):
    def write():
        try:
            pathlib.Path("/tmp/file").write_text("x")
        except OSError as error:
            return error.errno
        return None

    import errno

    assert call(write, rootdir=rootfs, readonly=True, newns=True, **UNPRIVILEGED) == errno.EROFS


def test_mounts(tmp_path, rootfs):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/file").write_text("content")

    def look():
        return pathlib.Path("/mnt/data/file").read_text(), os.listdir("/tmp"), os.statvfs("/tmp").f_blocks > 0

    mounts = [
        (tmp_path / "data", "/mnt/data"),
        {"destination": "/tmp", "type": "tmpfs", "options": ["size=1m", "nosuid"]},
    ]
    assert call(look, rootdir=rootfs, mounts=mounts, newns=True, **UNPRIVILEGED) == ("content", [], True)


@pytest.mark.parametrize(
    "mount", ["/etc", ("/etc",), ("a", "b", "c", "d", "e"), {"destination": "/", "sauce": 1}]
)
def test_what_is_no_mount_is_refused(mount):
    with pytest.raises(ValueError, match=r"mounts\[0\]"):
        Container(target=int, mounts=[mount], newns=True).start()


def test_default_mounts(rootfs):
    def look():
        return (
            stat.S_ISCHR(os.stat("/dev/null").st_mode),
            os.path.exists("/proc/self/exe"),
            os.listdir("/tmp"),
        )

    options = {"newns": True, "newpid": True, **UNPRIVILEGED}
    assert call(look, rootdir=rootfs, default_mounts=True, **options) == (True, True, [])


def test_propagation():
    def propagation():
        with open("/proc/self/mountinfo") as mounts:
            return {
                ("shared" if "shared:" in line else "master" if "master:" in line else "private")
                for line in mounts
            }

    assert call(propagation, newns=True, **UNPRIVILEGED) == {"private"}
    with pytest.raises(ValueError, match="propagation"):
        Container(target=int, newns=True, propagation="nonsense", **UNPRIVILEGED).start()


def test_init_is_pid_1_unless_refused():
    assert call(os.getpid, newpid=True, **UNPRIVILEGED) == 2
    assert call(os.getpid, newpid=True, init=False, **UNPRIVILEGED) == 1


@pytest.mark.parametrize("init", [True, False])
def test_time_limit(init):
    container = Container(
        argv=["sleep", "60"], newpid=True, init=init, time_limit=0.1, time_limit_grace=0.1, **UNPRIVILEGED
    )
    container.start()
    container.join(30)
    assert container.exitcode in (-signal.SIGTERM, -signal.SIGKILL)
    assert container.result.cause == "time-limit"
    container.close()


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf])
def test_a_time_limit_that_is_none_is_refused(seconds):
    with pytest.raises(ValueError, match="time_limit"):
        Container(target=int, time_limit=seconds).start()


@pytest.mark.parametrize("what", ["argv=['sleep', '60']", "target=pause", "target=pause, newpid=True"])
def test_die_with_parent(what):
    result = run_script(
        f"""
        import os
        from support import UNPRIVILEGED, pause
        from pyspaces import Container

        Container({what}, die_with_parent=True, **UNPRIVILEGED).start()
        os.kill(os.getpid(), 9)
        """,
        cwd=os.path.dirname(__file__),
    )
    # run_script() has read to the end of the pipe that the container had as its standard output.
    assert result.returncode == -signal.SIGKILL, result.stderr


def test_kill_all():
    container = Container(argv=["sh", "-c", "sleep 60 & wait"], newpid=True, **UNPRIVILEGED)
    container.start()
    container.kill_all()
    container.join(30)
    assert container.exitcode == -signal.SIGKILL
    container.close()


def test_a_specification_of_oci():
    spec = {
        "process": {"args": ["hostname"], "env": ["PATH=/usr/bin:/bin"], "cwd": "/"},
        "hostname": "from-oci",
        "linux": {"namespaces": [{"type": "uts"}, {"type": "user"}]},
    }
    for given in (spec, json.dumps(spec), json.dumps(spec).encode()):
        container = Container(spec=given, stdout=subprocess.PIPE)
        container.start()
        assert container.stdout.read() == b"from-oci\n"
        container.join()
        container.close()
    # keywords come after it
    assert output("hostname", spec=spec, hostname="from-python") == "from-python\n"
    with pytest.raises(ValueError, match="nonsense"):
        Container(spec={"nonsense": 1}).start()


def test_explain_runs_nothing(tmp_path):
    container = Container(argv=["touch", str(tmp_path / "file")], all=True)
    assert "exec" in container.explain()
    assert isinstance(json.loads(container.explain(as_json=True)), (dict, list))
    assert not (tmp_path / "file").exists()


def test_host_features():
    features = pyspaces.host_features()
    checks = {check["name"]: check for check in features["checks"]}
    assert checks["namespace.user"]["works"] is True


def test_versions():
    assert pyspaces.library_version().count(".") == 2
    assert pyspaces.__version__ == "2.0.0"


def test_example_of_the_container_with_ids(capfd):
    container = Container(argv=["id", "-u"], newuser=True, uid_map=UID_MAP, gid_map=GID_MAP)
    container.start()
    container.join()
    assert container.exitcode == 0
    assert capfd.readouterr().out == "0\n"
    container.close()
    assert ROOT or os.getuid() != 0
