"""Options for what a program may use, and gc: what is limited, what is said of it, what is left."""

import json
import os
import pathlib
import select
import signal
import subprocess

import pytest

from conftest import running_container
from support import wait_for_line


@pytest.fixture
def limited(plain):
    """The program, where it can give others a control group."""
    done = plain.run("execute", "--memory", "256M", "--pids-limit", "100", "--own-cgroup", "true")
    if done.returncode != 0:
        pytest.skip(done.stderr.strip())
    return plain


def result_of(space, directory, *arguments):
    file = directory / "result"
    done = space.run(*arguments[:1], "--result", file, *arguments[1:])
    return done, json.loads(file.read_text())


def test_a_program_that_needs_more_memory_is_killed(limited, directory):
    # A shell that holds ever more: dd reads into a buffer of that size.
    done, result = result_of(
        limited,
        directory,
        "execute",
        "--memory",
        "32M",
        "dd",
        "if=/dev/zero",
        "of=/dev/null",
        "bs=200M",
        "count=1",
    )
    assert done.returncode == 128 + signal.SIGKILL
    assert result["cause"] == "out-of-memory"
    assert result["oomKills"] == 1
    assert result["statistics"]["memory.limit"] == 32 << 20


def test_processes_and_processors_are_limited(limited, directory):
    script = "(true & true & true & wait) 2>/dev/null; true"
    _, result = result_of(
        limited, directory, "execute", "--pids-limit", "1", "--cpus", "1.5", "sh", "-c", script
    )
    assert result["statistics"]["pids.limit"] == 1
    assert result["statistics"]["pids.limit_hits"] >= 1


def test_any_key_of_the_kernel(limited, directory):
    _, result = result_of(limited, directory, "execute", "--limit", "pids.max=7", "--own-cgroup", "true")
    assert result["statistics"]["pids.limit"] == 7
    assert result["statistics"]["cpu.usage_usec"] > 0


@pytest.mark.parametrize(
    "options, message",
    [
        (["--limit", "memory.max"], '"memory.max" sets nothing'),
        (["--limit", "colour=red"], "is no limit of a control group"),
        (["--cpus", "many"], '"many" is no number of processors'),
        (["--cpus", "0"], '"0" is no number of processors'),
        (["--pids-limit", "few"], "is no number of processes"),
        (["--cgroup-path", "/a/../b"], "linux.cgroupsPath"),
        (["--device-allow", "everything"], "is no device rule"),
    ],
)
def test_what_is_no_limit_is_refused(plain, options, message):
    assert message in plain.failure("execute", *options, "true")


def test_a_value_that_the_kernel_refuses_is_named(limited):
    error = limited.failure("execute", "--limit", "pids.max=much", "true")
    assert "cannot set pids.max" in error
    assert "Invalid argument" in error


def test_explain_shows_where_the_group_is_to_be(limited):
    shown = limited.output("explain", "execute", "--memory", "64M", "--pids-limit", "10", "true")
    for word in ("from outside: make ", "/spaces-...", "= 64M", "pids.max = 10"):
        assert word in shown
    plan = json.loads(limited.output("explain", "--json", "execute", "--memory", "64M", "true"))
    assert any(entry["value"] == "64M" for group in plan["cgroup"]["groups"] for entry in group["settings"])


def test_oci_has_limits_and_takes_them_back(plain, directory):
    options = ["--memory", "64M", "--cgroup-path", "/machines/one", "--device-deny", "c 1:5 r"]
    text = plain.output("explain", "--oci", "execute", *options, "true")
    linux = json.loads(text)["linux"]
    assert linux["cgroupsPath"] == "/machines/one"
    assert linux["resources"]["unified"] == {"memory.max": "64M"}
    assert linux["resources"]["devices"] == [
        {"allow": False, "type": "c", "major": 1, "minor": 5, "access": "r"}
    ]
    (directory / "config.json").write_text(text)
    assert plain.output("explain", "--oci", "execute", "--config", directory / "config.json") == text


def test_inject_under_the_limits_of_the_process(limited):
    if not limited.is_root:
        pytest.skip("only root may join any group")
    with running_container(limited, "--pids-limit", "50") as pid:
        theirs = pathlib.Path(f"/proc/{pid}/cgroup").read_text()
        outside = limited.output("inject", "--uts", pid, "cat", "/proc/self/cgroup")
        inside = limited.output("inject", "--uts", "--join-cgroup", pid, "cat", "/proc/self/cgroup")
    assert inside == theirs
    assert outside != theirs


def test_a_user_without_a_group_is_told_the_cure_or_falls_back(as_ordinary_user, directory):
    done = as_ordinary_user.run("execute", "--memory", "64M", "true")
    if done.returncode == 0:
        pytest.skip("this user has a part of the hierarchy")
    assert "systemd-run" in done.stderr or "given to the user" in done.stderr
    done, result = result_of(
        as_ordinary_user, directory, "execute", "--memory", "1G", "--cgroup-fallback", "true"
    )
    assert done.returncode == 0
    assert "memory.max: RLIMIT_DATA of each process instead" in result["degraded"]


def test_gc_removes_what_a_killed_space_has_left(limited):
    if os.geteuid() != 0:
        pytest.skip("the program of a killed space is adopted by another process")
    process = limited.start(
        "execute",
        "--own-cgroup",
        "sh",
        "-c",
        "echo up; read end",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert wait_for_line(process.stdout) == "up"
    (child,) = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGKILL)
    process.wait()
    # The program goes on, and its group is left alone.
    found = json.loads(limited.output("gc", "--json"))
    mine = [entry for entry in found if int(child) in entry["processes"]]
    assert mine and not any(entry["removed"] for entry in mine)
    assert f"in use   {mine[0]['path']}  (processes {child})" in limited.output("gc")
    pidfd = os.pidfd_open(int(child))
    process.stdin.close()  # its end

    assert select.select([pidfd], [], [], 30)[0]
    os.close(pidfd)
    process.stdout.close()
    limited.run("gc")
    for entry in mine:
        assert not os.path.exists(entry["path"])


def test_gc_knows_nothing_else(plain):
    assert 'gc knows no "now"' in plain.failure("gc", "now")
