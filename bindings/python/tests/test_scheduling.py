"""How a process runs: priority, policy, CPUs, execution domain, and kernel parameters of its namespaces."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest

from pyspaces import Error, run
from support import UNPRIVILEGED, Shell, needs_root, needs_user

POLICIES = {os.SCHED_OTHER: "other", os.SCHED_BATCH: "batch", os.SCHED_IDLE: "idle", os.SCHED_FIFO: "fifo"}


def field(shell, number):
    """A field of /proc/PID/stat, which both views must tell alike."""
    inside, outside = (text.rpartition(")")[2].split()[number - 3] for text in views(shell, "stat"))
    assert inside == outside
    return int(inside)


def views(shell, name):
    return shell.inside(name), shell.outside(name)


def test_nice():
    with Shell(nice=19) as shell:  # which everybody may have, however nice the tests are
        assert field(shell, 19) == os.getpriority(os.PRIO_PROCESS, shell.pid) == 19
        assert shell.says("nice") == "19"


@pytest.mark.parametrize(
    ("options", "policy", "nice"),
    [
        ({"scheduler": "batch", "nice": 19}, "batch", 19),
        ({"scheduler": "SCHED_BATCH", "nice": 19}, "batch", 19),
        ({"scheduler": ("idle",)}, "idle", None),
        ({"scheduler": "idle:0"}, "idle", None),
        ({"scheduler": ("other", 0), "nice": 19}, "other", 19),
    ],
)
def test_policies(options, policy, nice):
    with Shell(**options) as shell:
        assert POLICIES[os.sched_getscheduler(shell.pid)] == policy
        assert POLICIES[field(shell, 41)] == policy
        if nice is not None:
            assert field(shell, 19) == nice


@needs_root
@pytest.mark.parametrize("value", ["fifo:50", ("FIFO", 50)])
def test_real_time(value):
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except PermissionError:
        pytest.skip("real-time policies are not for this user or its control group")
    with Shell(scheduler=value) as shell:
        assert POLICIES[os.sched_getscheduler(shell.pid)] == "fifo"
        assert field(shell, 40) == os.sched_getparam(shell.pid).sched_priority == 50


@needs_user
def test_priorities_that_a_user_cannot_have():
    for options in ({"nice": -5}, {"scheduler": "fifo:50"}):
        with pytest.raises(PermissionError, match="schedul"):
            run(["true"], **options)


@pytest.mark.parametrize(("value", "told"), [("be:7", "best-effort: prio 7"), (("idle",), "idle")])
def test_io_priority(value, told):
    with Shell(io_priority=value) as shell:
        assert shell.says("ionice -p $$") == told
        outside = subprocess.run(["ionice", "-p", str(shell.pid)], capture_output=True, text=True).stdout
        assert outside.strip() == told


@pytest.mark.parametrize("kind", [str, lambda cpu: [cpu], lambda cpu: iter({cpu})])
def test_cpus(kind):
    cpu = max(os.sched_getaffinity(0))
    with Shell(cpu_affinity=kind(cpu)) as shell:
        assert shell.status("Cpus_allowed_list") == {"Cpus_allowed_list": str(cpu)}
        assert os.sched_getaffinity(shell.pid) == {cpu}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="is about an x86-64 machine")
def test_execution_domain():
    with Shell(personality="linux32") as shell:
        assert shell.says("uname -m") == "i686"
        assert int(shell.inside("personality"), 16) == int(shell.outside("personality"), 16) == 8
    with Shell(personality="LINUX") as shell:
        assert shell.says("uname -m") == "x86_64"


def test_kernel_parameters_of_its_namespaces():
    host = pathlib.Path("/proc/sys/net/ipv4/ip_forward").read_text()
    parameters = {"net.ipv4.ip_forward": 1, "net/ipv4/ping_group_range": "0 0", "kernel.shmmni": "77"}
    with Shell(**UNPRIVILEGED, newnet=True, newipc=True, sysctl=parameters) as shell:
        names = "/proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ping_group_range /proc/sys/kernel/shmmni"
        assert shell.says(f"cat {names}").split() == ["1", "0", "0", "77"]
    assert pathlib.Path("/proc/sys/net/ipv4/ip_forward").read_text() == host


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nice": 20}, "nice=20"),
        ({"nice": 1.5}, r"nice=1\.5"),
        ({"scheduler": "fifo:x"}, "scheduler='fifo:x'"),
        ({"scheduler": ("fifo", 50, 1)}, "scheduler="),
        ({"scheduler": 5}, "scheduler=5"),
        ({"scheduler": "hasty"}, '"SCHED_HASTY" is no scheduling policy'),
        ({"scheduler": "fifo:50", "nice": 1}, "SCHED_FIFO has no nice value"),
        ({"io_priority": "be:8"}, "io_priority=8"),
        ({"io_priority": "be:"}, "io_priority='be:'"),
        ({"io_priority": "slow"}, "IOPRIO_CLASS_SLOW"),
        ({"cpu_affinity": []}, r"cpu_affinity=\[\]"),
        ({"cpu_affinity": [-1]}, r"cpu_affinity\[0\]=-1"),
        ({"cpu_affinity": 3}, "cpu_affinity=3"),
        ({"cpu_affinity": "all"}, '"all" is no list of CPUs'),
        ({"personality": "vax"}, '"VAX" is no execution domain'),
        ({"personality": 8}, "personality=8"),
        ({"sysctl": ["net.ipv4.ip_forward=1"]}, "sysctl="),
        ({"sysctl": {"net.ipv4.ip_forward": None}}, r"sysctl\['net.ipv4.ip_forward'\]=None"),
        ({"sysctl": {"net.ipv4.ip_forward": 1}}, "needs a new network namespace"),
        ({"sysctl": {"vm.swappiness": 1}, "all": True}, "vm.swappiness"),
    ],
)
def test_what_is_wrong_is_named(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        run(["true"], **options)


def test_a_cpu_that_is_not_there():
    with pytest.raises(Error, match=r"CPU|cpu"):
        run(["true"], cpu_affinity=[4000])


def test_limits_of_the_process():
    with Shell(rlimits={"NOFILE": (50, 60)}) as shell:
        inside, outside = views(shell, "limits")
        assert inside == outside
        assert next(line for line in inside.splitlines() if "open files" in line).split()[3:5] == ["50", "60"]


def test_nothing_is_changed_where_nothing_is_asked_for():
    with Shell() as shell:
        assert os.sched_getscheduler(shell.pid) == os.sched_getscheduler(0)
        assert os.sched_getaffinity(shell.pid) == os.sched_getaffinity(0)
        assert field(shell, 19) == os.getpriority(os.PRIO_PROCESS, 0)
