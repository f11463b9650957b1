"""confine="sandbox": a process that is not trusted, as it and its caller see it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import pyspaces
from pyspaces import Container, Inject, run
from support import Shell, stop_helpers

SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def output(argv, **options):
    return run(argv, confine="sandbox", capture_output=True, text=True, check=True, **options).stdout


def test_inside_and_outside_tell_the_same():
    with Shell(confine="sandbox") as shell:
        status = shell.status(*SETS, "NoNewPrivs", "Seccomp", "Uid")
    assert {status[name] for name in SETS} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    who = "65534" if os.geteuid() == 0 else str(os.geteuid())
    assert status["Uid"].split() == [who] * 4


def test_nothing_of_the_caller_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACES_TEST_SECRET", "secret")
    assert "secret" not in output(["env"])
    assert output(["env"]).splitlines()[1:] == ["HOME=/tmp", "LANG=C.UTF-8"]
    script = f"ls -A /home /root /run /var {tmp_path} 2>/dev/null; pwd; hostname"
    assert (
        run(["sh", "-c", script], confine="sandbox", capture_output=True, text=True).stdout == "/\nsandbox\n"
    )


def test_what_is_given_besides_changes_it(tmp_path):
    os.chmod(tmp_path, 0o777)
    text = output(
        ["sh", "-c", "echo $NAME; hostname; pwd; echo text > file"],
        mounts=[(tmp_path, "/data")],
        cwd="/data",
        env={"NAME": "value", "PATH": "/usr/bin:/bin"},
        hostname="other",
    )
    assert text == "value\nother\n/data\n"
    assert (tmp_path / "file").read_text() == "text\n"


def test_every_way_to_start_a_program():
    who = "65534\n" if os.geteuid() == 0 else f"{os.geteuid()}\n"
    container = Container(argv=["id", "-u"], confine="sandbox", stdout=subprocess.PIPE)
    container.start()
    assert container.stdout.read().decode() == who
    container.join()
    container.close()
    assert pyspaces.check_output(["id", "-u"], confine="sandbox", text=True) == who


def test_a_callable_is_confined_too():
    def look():
        with open("/proc/self/status") as file:
            status = dict(line.split(":\t", 1) for line in file if ":\t" in line)
        confined = status["CapEff"].strip() == "0" * 16 and status["Seccomp"].strip() == "2"
        sys.exit(7 if confined and not os.path.exists("/home") else 1)

    container = Container(target=look, confine="sandbox")
    container.start()
    container.join()
    assert container.exitcode == 7
    container.close()


def test_a_pool_of_sandboxes():
    with pyspaces.get_context("fork", confine="sandbox").Pool(2) as pool:
        assert pool.map(abs, [-1, 2, -3]) == [1, 2, 3]
        pool.close()
        pool.join()
    stop_helpers()


def test_landlock_is_added_to_the_sandboxs_own():
    container = Container(argv=["true"], confine="sandbox", landlock={"connect": [443]})
    plan = container.explain()
    assert 'allow access (read, execute) to "/"' in plan
    assert "TCP port 443" in plan


def test_a_system_root():
    script = "cd /; echo *"
    options = {"newns": True, "map_zero": True, "system_root": True}
    text = run(["sh", "-c", script], capture_output=True, text=True, **options).stdout
    assert {"etc", "usr"} <= set(text.split()) and "home" not in text.split()


def test_what_would_say_nothing_is_refused():
    with pytest.raises(ValueError, match="prison"):
        run(["true"], confine="prison")
    with pytest.raises(TypeError, match="confine"):
        run(["true"], confine=True)
    with pytest.raises(ValueError, match="confine"):
        Inject(os.getpid(), argv=["true"], confine="sandbox")
    with pytest.raises(ValueError, match="system_root"):
        run(["true"], system_root=True, rootdir="/")

    class WithMethods(Container):
        def preup(self):
            pass

    with pytest.raises(ValueError, match="confine"):
        WithMethods(target=os.getpid, confine="sandbox").start()
