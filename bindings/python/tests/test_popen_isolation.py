"""Popen, run() and the like: their isolation, seen from inside and outside."""

from __future__ import annotations

import contextlib
import os
import pathlib
import pickle
import signal
import socket
import sys

import pytest

import pyspaces
from pyspaces import Popen, check_call, check_output, run
from pyspaces.subprocess import PIPE, CalledProcessError
from support import NAMESPACES, ROOT, changed, needs_root, needs_user, paused, run_script
from support import program_output as output

LOOK = f"import os; print({{n: os.stat('/proc/self/ns/' + n).st_ino for n in {NAMESPACES!r}}})"


def look(**options):
    """In which namespaces a program is not in this process'."""
    return changed(eval(check_output([sys.executable, "-c", LOOK], text=True, **options)))


def test_without_options_everything_is_shared():
    assert look() == set()


def test_all_namespaces():
    assert look(all=True) == set(NAMESPACES)


@pytest.mark.parametrize("name", [name for name in NAMESPACES if name != "user"])
def test_each_namespace_by_both_names(name):
    other = {"mnt": "newns"}.get(name, "new" + name)
    for option in name, other:
        assert look(newuser=True, **{option: True}) == {"user", name}


def test_all_but_one():
    assert look(all=True, net=False) == set(NAMESPACES) - {"net"}


def test_user_is_the_user_and_newuser_the_namespace():
    assert look(newuser=True) == {"user"}
    assert output("id", "-u", newuser=True) == "0"
    assert output("id", "-u", user=os.getuid()) == str(os.getuid())


def test_an_id_map():
    ids = "0 100000 10" if ROOT else f"7 {os.getuid()} 1"
    groups = "0 100000 10" if ROOT else f"7 {os.getgid()} 1"
    assert output("id", "-u", uid_map=ids, gid_map=groups, user=7, group=7) == "7"


@needs_root
def test_groups_are_those_of_the_new_user_namespace():
    assert output("id", "-G", uid_map="0 100000 10", gid_map="0 100000 10", user=5) == "0"


def test_names_of_users_are_looked_up_here(rootfs):
    import pwd

    me = pwd.getpwuid(os.getuid()).pw_name
    assert output("id", "-u", rootdir=rootfs, newns=True, uid_map="self", gid_map="self", user=me) == str(
        os.getuid()
    )


def test_a_container_to_join():
    with paused(newuser=True, uts=True, hostname="other") as container:
        assert output("hostname", newuser=container, uts=container) == "other"


def test_hostname():
    assert output("hostname", newuser=True, newuts=True, hostname="isolated") == "isolated"
    assert socket.gethostname() != "isolated"


def test_its_own_processes():
    assert output("sh", "-c", "echo $$; ls -d /proc/[0-9]*", all=True).split()[0] == "2"
    assert output("sh", "-c", "echo $$", all=True, init=False) == "1"


def test_mounts(tmp_path):
    (tmp_path / "file").write_text("inside")
    assert output("cat", "/mnt/file", newuser=True, newns=True, mounts=[(tmp_path, "/mnt")]) == "inside"
    assert not os.path.exists("/mnt/file")


def test_a_root_directory(rootfs):
    shown = output("ls", "/", rootdir=rootfs, newuser=True, newns=True)
    assert shown.split() == sorted(os.listdir(rootfs))


def test_a_program_of_the_new_root_is_searched_in_its_path(rootfs):
    script = pathlib.Path(rootfs, "tmp/only-here")
    script.write_text("#!/bin/sh\necho found\n")
    script.chmod(0o755)
    isolation = {"rootdir": rootfs, "newuser": True, "newns": True}
    assert output("only-here", env={"PATH": "/tmp"}, **isolation) == "found"
    assert output("x", executable="/tmp/only-here", **isolation) == "found"
    assert output("pwd", cwd="/home/somebody", **isolation) == "/home/somebody"
    assert output("pwd", **isolation) == "/"


@pytest.mark.parametrize(
    ("options", "filename"),
    [
        ({"args": ["/usr/bin/python3"]}, "/usr/bin/python3"),
        ({"args": ["no-such-program"]}, "no-such-program"),
        ({"args": ["sh"], "executable": b"/usr/bin/env"}, b"/usr/bin/env"),
        ({"args": ["true"], "cwd": pathlib.Path("/usr")}, pathlib.Path("/usr")),
    ],
)
def test_what_is_missing_in_the_new_root(rootfs, options, filename):
    with pytest.raises(FileNotFoundError) as caught:
        run(rootdir=rootfs, newuser=True, newns=True, **options)
    error = caught.value
    assert isinstance(error, pyspaces.Error)
    assert error.filename == filename
    assert error.strerror == "No such file or directory"
    assert error.step == ("chdir" if "cwd" in options else "exec")
    assert str(filename if isinstance(filename, pathlib.Path) else os.fsdecode(filename)) in str(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.filename, copy.errno, copy.step, str(copy)) == (
        filename,
        error.errno,
        error.step,
        str(error),
    )


def test_other_errors_of_the_new_root(rootfs):
    isolation = {"rootdir": rootfs, "newuser": True, "newns": True}
    pathlib.Path(rootfs, "tmp/data").write_text("x")
    with pytest.raises(PermissionError):
        run(["/tmp/data"], **isolation)
    with pytest.raises(NotADirectoryError):
        run(["true"], cwd="/tmp/data", **isolation)
    with pytest.raises(FileNotFoundError, match="/nonexistent"):
        run(["true"], rootdir="/nonexistent", newuser=True, newns=True)


@needs_user
def test_what_a_user_may_not_says_the_cure():
    with pytest.raises(PermissionError) as caught:
        run(["true"], newnet=True)
    assert "user namespace" in caught.value.hint


def test_limits():
    assert output("sh", "-c", "ulimit -n", rlimits={"NOFILE": 50}) == "50"
    assert output("grep", "NoNewPrivs", "/proc/self/status", no_new_privs=True).endswith("1")
    assert output("cat", "/proc/self/oom_score_adj", oom_score_adj=999) == "999"


def test_a_time_limit():
    completed = run(["sleep", "100"], time_limit=0.1)
    assert completed.returncode == -signal.SIGTERM
    assert completed.result.cause == "time-limit"
    with pytest.raises(CalledProcessError, match="time limit"):
        check_call(["sleep", "100"], time_limit=0.1, all=True)


def test_a_configuration():
    config = {"ociVersion": "1.0.2", "process": {"cwd": "/usr", "env": ["ONLY=this"], "args": ["false"]}}
    assert output("sh", "-c", "pwd; echo $ONLY", spec=config, executable="/bin/sh") == "/usr\nthis"
    assert output("/bin/sh", "-c", "pwd; echo $ONLY", spec=config, cwd="/", env={"ONLY": "mine"}) == "/\nmine"


def test_a_terminal():
    with Popen(
        ["sh", "-c", "tty > /dev/null && stty size"], terminal=True, terminal_size=(33, 99)
    ) as process:
        assert process.terminal.read(1000) == b"33 99\r\n"
    assert process.terminal.closed
    with pytest.raises(ValueError, match="stdout: with terminal=True"):
        Popen(["true"], terminal=True, stdout=PIPE)


def test_dying_with_the_parent():
    result = run_script(
        """
        import os, pyspaces
        process = pyspaces.Popen(["sleep", "100"], die_with_parent=True, stdout=pyspaces.subprocess.DEVNULL)
        print(process.pid, flush=True)
        os._exit(0)
        """
    )
    pid = int(result.stdout)
    with contextlib.suppress(ProcessLookupError):
        pidfd = os.pidfd_open(pid)
        import select

        assert select.select([pidfd], [], [], 30)[0]
        os.close(pidfd)
