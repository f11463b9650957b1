"""Control groups and their limits, from inside and from outside."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess

import pytest

import pyspaces
from pyspaces import Container, Error, run
from pyspaces.subprocess import CalledProcessError
from support import MIB, Shell, call, eats, exit_with, needs_groups, needs_root


def version_2(shell, controller):
    """Whether the group of this controller is one of version 2."""
    return not any(f":{controller}:" in line for line in shell.outside("cgroup").splitlines())


# --- Limits -----------------------------------------------------------------------------------------------


@needs_groups
def test_both_views_name_the_group():
    with Shell(memory="64M", pids_limit=50) as shell:
        assert shell.inside("cgroup") == shell.outside("cgroup")
        groups = shell.process.cgroups()
        assert groups
        for group in groups:
            assert group.startswith("/sys/fs/cgroup/")
            assert os.path.basename(group) in shell.outside("cgroup")
            assert str(shell.pid) in pathlib.Path(group, "cgroup.procs").read_text().split()
    assert not any(map(os.path.exists, groups))


@needs_groups
def test_limits_are_what_the_kernel_has():
    limits = {"memory": 64 * MIB, "cpus": 0.5, "pids_limit": 50}
    with Shell(**limits, limits={"cpu.weight": 200}) as shell:
        stats = shell.process.stats()
        assert (stats["memory.limit"], stats["pids.limit"]) == (64 * MIB, 50)
        for group in map(pathlib.Path, shell.process.cgroups()):
            if (group / "cpu.cfs_quota_us").exists():
                assert (group / "cpu.cfs_quota_us").read_text() == "50000\n"
                assert (group / "cpu.cfs_period_us").read_text() == "100000\n"
            elif (group / "cpu.max").exists() and version_2(shell, "cpu"):
                assert (group / "cpu.max").read_text() == "50000 100000\n"
                assert (group / "cpu.weight").read_text() == "200\n"


@needs_groups
@pytest.mark.parametrize(
    "limits",
    [
        {"memory": "64M", "pids_limit": "max"},
        {"limits": {"memory.max": 64 * MIB, "pids.max": "max"}},
        {"resources": {"memory": {"limit": 64 * MIB}, "pids": {"limit": -1}}},
        {"resources": '{"unified": {"memory.max": "64M"}, "pids": {"limit": 0}}', "pids_limit": "max"},
        {"spec": {"linux": {"resources": {"memory": {"limit": 64 * MIB}}}}, "own_cgroup": True},
    ],
    ids=["keywords", "limits", "resources", "JSON", "spec"],
)
def test_a_limit_by_every_name(limits):
    stats = run(["true"], **limits).result.statistics
    assert stats["memory.limit"] == 64 * MIB
    assert "pids.limit" not in stats


@needs_groups
def test_out_of_memory():
    with pytest.raises(CalledProcessError, match="no memory left") as caught:
        run(eats(200), check=True, memory="32M")
    result = caught.value.result
    assert (result.cause, result.signal) == ("out-of-memory", signal.SIGKILL)
    assert result.oom_kills == result.statistics["memory.oom_kills"] == 1
    assert 0 < result.statistics["memory.peak"] <= 32 * MIB


@needs_groups
def test_a_grandchild_that_is_killed_is_no_cause():
    script = f"{' '.join(map(repr, eats(200)))} 2>&1; exit 5"
    result = run(["sh", "-c", script], memory="32M", stdout=subprocess.DEVNULL).result
    assert (result.cause, result.exit_code, result.oom_kills) == ("exited", 5, 1)


@needs_groups
def test_processes():
    result = run(["sh", "-c", "(true & true & wait) 2>/dev/null; true"], pids_limit=1).result
    assert result.statistics["pids.limit_hits"] >= 1


@needs_groups
def test_a_group_without_limits_counts():
    result = run(["sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done"], own_cgroup=True).result
    assert result.statistics["cpu.usage_usec"] > 0
    assert result.statistics["memory.peak"] > 0
    assert run(["true"]).result.statistics == {}
    assert run(["true"], own_cgroup=False).result.statistics == {}
    options = {"spec": {"spaces": {"cgroup": {"own": True}}}, "own_cgroup": False}
    assert run(["true"], **options).result.statistics == {}


@needs_root
@needs_groups
def test_a_name_of_its_own():
    name = f"pyspaces-test-{os.getpid()}"
    with Shell(cgroup_path=name, cgroup_manager="cgroupfs") as shell:
        assert all(os.path.basename(group) == name for group in shell.process.cgroups())
        assert f"/{name}" in shell.inside("cgroup")
        with pytest.raises(Error, match=name):  # there is one already, with a process
            run(["true"], cgroup_path=name)


@needs_root
@needs_groups
def test_devices():
    def readable(**options):
        with Shell(**options) as shell:
            zero, null = (
                "Operation not permitted" not in shell.says(f"head -c1 /dev/{name} >/dev/full")
                for name in ("zero", "random")
            )
            return zero, null

    try:
        assert readable(device_rules=["deny c 1:5 r"]) == (False, True)
    except Error as error:
        pytest.skip(str(error))
    assert readable(device_rules=[(False, "a"), (True, "c 1:7 rwm"), "allow c 1:5 r"]) == (True, False)


@needs_root
@needs_groups
@pytest.mark.parametrize("into", ["process", "pid"])
def test_the_group_of_another(into):
    with Shell(pids_limit=50) as shell:
        other = shell.process if into == "process" else shell.process.pid
        with Shell(join_cgroup=other) as second:
            assert second.inside("cgroup") == second.outside("cgroup") == shell.outside("cgroup")
            assert shell.process.stats()["pids.current"] == 2
        assert shell.process.stats()["pids.current"] == 1


@needs_root
@needs_groups
def test_the_group_of_the_container_that_is_joined():
    with Shell(pids_limit=50, newuts=True, hostname="inside") as shell:
        injected = pyspaces.Inject(shell.pid, argv=["sleep", "60"], join_cgroup=shell.process)
        injected.start()
        try:
            assert pathlib.Path(f"/proc/{injected.pid}/cgroup").read_text().strip() == shell.outside("cgroup")
        finally:
            injected.kill()
            injected.join()
            injected.close()


@needs_groups
def test_a_callable_in_a_group():
    def cgroup():
        return pathlib.Path("/proc/self/cgroup").read_text()

    assert call(cgroup, own_cgroup=True) != cgroup()
    assert call(cgroup) == cgroup()
    exitcode = Container(target=exit_with, args=(3,), memory="256M")
    exitcode.start()
    exitcode.join()
    assert exitcode.exitcode == 3
    exitcode.close()


# --- Where there is none to be had ------------------------------------------------------------------------


def test_without_a_group_there_is_an_error_or_a_lesser_limit():
    try:
        run(["true"], memory="1G")
    except Error as error:
        assert error.code == pyspaces._spaces.SPACES_EUNSUPPORTED
        assert error.hint
    else:
        assert run(["true"], memory="1G", cgroup_fallback=True).result.degraded == ()
        return
    with Shell(memory="1G", pids_limit=4000, cgroup_fallback=True) as shell:
        limits = shell.inside("limits")
        assert limits == shell.outside("limits")
        assert next(line for line in limits.splitlines() if "data size" in line).split()[3] == str(1 << 30)
        shell.process.communicate()
        degraded = shell.process.result.degraded
    assert "memory.max: RLIMIT_DATA of each process instead" in degraded


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"memory": True}, "memory=True"),
        ({"memory": 1.5}, r"memory=1\.5"),
        ({"memory": -1}, "-1"),
        ({"memory": ""}, "memory=''"),
        ({"memory": b"1G"}, "memory=b'1G'"),
        ({"cpus": 0}, "cpus=0"),
        ({"cpus": "2"}, "cpus='2'"),
        ({"cpus": float("nan")}, "cpus=nan"),
        ({"cpus": 1e9}, r"cpus=1000000000\.0"),
        ({"pids_limit": -1}, "pids_limit=-1"),
        ({"pids_limit": "few"}, "pids_limit='few'"),
        ({"pids_limit": 2.5}, r"pids_limit=2\.5"),
        ({"limits": ["memory.max=1G"]}, "limits="),
        ({"limits": {"memory.max": None}}, r"limits\['memory.max'\]=None"),
        ({"limits": {5: 1}}, "limits key=5"),
        ({"limits": {"colour": "red"}}, '"colour" is no limit'),
        ({"memory": 1, "limits": {"memory.max": 2}}, "memory=.*limits.*the same limit"),
        ({"cpus": 1, "limits": {"cpu.max": "max"}}, "cpus=1.*the same limit"),
        ({"resources": "memory"}, "resources='memory': this is no JSON"),
        ({"resources": {"memory": {"limits": 1}}}, "linux.resources.memory.limits: no such member"),
        ({"resources": {"memory": {"limit": {1}}}}, "resources: "),
        ({"device_rules": "deny a"}, "device_rules='deny a'"),
        ({"device_rules": ["c 1:3 rwm"]}, r"device_rules\[0\]='c 1:3 rwm'"),
        ({"device_rules": [(True,)]}, r"device_rules\[0\]=\(True,\)"),
        ({"device_rules": ["allow all"]}, '"all" is no device rule'),
        ({"own_cgroup": "yes"}, "own_cgroup='yes'"),
        ({"cgroup_path": ""}, "cgroup_path=''"),
        ({"cgroup_path": "/a/../b"}, r'"/a/../b" has a part "\.\."'),
        ({"cgroup_manager": "cgroupfs"}, "cgroup_manager='cgroupfs'.*needs a limit"),
        ({"cgroup_manager": "init", "own_cgroup": True}, '"init"'),
        ({"cgroup_fallback": True}, "cgroup_fallback=True.*needs a limit"),
        ({"join_cgroup": True}, "join_cgroup"),
        ({"join_cgroup": "init"}, "join_cgroup"),
        ({"join_cgroup": 1, "memory": "1G"}, "leave out either"),
    ],
)
def test_what_is_wrong_is_named(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        run(["true"], **options)
    with pytest.raises((ValueError, TypeError), match=message):
        Container(argv=["true"], **options).start()


def test_a_process_that_is_not_started_has_no_group():
    with pytest.raises(ValueError, match=r"join_cgroup: .* has not been started"):
        run(["true"], join_cgroup=Container(argv=["true"]))
