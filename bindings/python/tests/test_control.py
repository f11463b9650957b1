"""What can be done to processes that run, whatever started them: freezing, limits, statistics, events."""

from __future__ import annotations

import asyncio
import os
import pathlib
import select
import time

import pytest

import pyspaces
from pyspaces import Container, Error, Popen, create_subprocess_exec
from support import METHODS, MIB, UNPRIVILEGED, Shell, eats, needs_groups, pause

# --- While it runs ----------------------------------------------------------------------------------------


@needs_groups
def test_freezing():
    with Shell(own_cgroup=True) as shell:
        shell.process.freeze()
        assert shell.process.stats()["frozen"] == 1
        shell.process.stdin.write("echo thawed\n")
        assert not select.select([shell.process.stdout], [], [], 0.05)[0]
        shell.process.thaw()
        assert shell.process.stdout.readline() == "thawed\n"
        assert shell.process.stats()["frozen"] == 0
        shell.process.freeze(timeout=30)  # and is killed like that


@needs_groups
def test_limits_that_change():
    with Shell(own_cgroup=True) as shell:
        process = shell.process
        process.set_limit("memory.max", 128 * MIB)
        process.set_limit("pids.max", "30")
        assert (process.stats()["memory.limit"], process.stats()["pids.limit"]) == (128 * MIB, 30)
        process.set_resources({"memory": {"limit": 64 * MIB}, "pids": {"limit": -1}})
        assert process.stats()["memory.limit"] == 64 * MIB
        assert "pids.limit" not in process.stats()
        for key, value, error in (
            ("colour", 1, ValueError),
            ("memory.max", None, TypeError),
            ("memory.max", -1, ValueError),
            (5, 1, TypeError),
            ("memory.max", "much", Error),
        ):
            with pytest.raises(error):
                process.set_limit(key, value)
        for resources, error in (
            ({"memory": {"limit": "x"}}, ValueError),
            ([], TypeError),
            ("[]", ValueError),
        ):
            with pytest.raises(error, match=r"resources|memory\.limit"):
                process.set_resources(resources)
        assert process.stats()["memory.limit"] == 64 * MIB


@needs_groups
def test_events():
    with Shell(memory="32M", pids_limit=20) as shell, shell.process.events() as events:
        before = events.read()
        assert (before["memory.oom_kills"], before["pids.limit_hits"]) == (0, 0)
        assert not select.select([events], [], [], 0)[0]
        shell.says(f"{' '.join(map(repr, eats(200)))} 2>&1")
        deadline = time.monotonic() + 30
        while not events.read()["memory.oom_kills"]:  # version 1 announces it a moment before it counts
            assert select.select([events], [], [], max(0, deadline - time.monotonic()))[0]
        fd = events.fileno()
    assert events.fileno() == -1
    with pytest.raises(OSError):
        os.fstat(fd)


@needs_groups
def test_statistics_after_the_end():
    process = Popen(["true"], own_cgroup=True)
    process.wait()
    assert process.stats() == process.result.statistics
    for method in (process.freeze, process.thaw, process.events, process.cgroups):
        with pytest.raises(ProcessLookupError, match="has ended"):
            method()


def test_what_needs_a_group():
    with Shell() as shell:
        for method in (shell.process.freeze, shell.process.thaw, shell.process.stats, shell.process.events):
            with pytest.raises(Error, match="has no control group"):
                method()
        assert shell.process.cgroups() == []


# --- Every kind of process --------------------------------------------------------------------------------


def look_after(process, is_frozen):
    """What all of them can do."""
    assert process.stats()["pids.limit"] == 40
    process.freeze(30)
    assert is_frozen()
    assert process.stats()["frozen"] == 1
    process.thaw()
    process.set_limit("pids.max", 30)
    assert process.stats()["pids.limit"] == 30
    process.set_resources({"pids": {"limit": 20}})
    with process.events() as events:
        assert events.read()["pids.limit_hits"] == 0
    for group in process.cgroups():
        assert str(process.pid) in pathlib.Path(group, "cgroup.procs").read_text().split()


@needs_groups
@pytest.mark.parametrize("what", [{"target": pause}, {"argv": ["sleep", "600"]}], ids=["callable", "program"])
def test_containers(what):
    container = Container(**what, pids_limit=40)
    with pytest.raises(ValueError, match="not started"):
        container.stats()
    container.start()
    try:
        look_after(container, lambda: container.stats()["frozen"] == 1)
    finally:
        container.kill()
        container.join()
        assert container.result.statistics["pids.limit"] == container.stats()["pids.limit"] == 20
        with pytest.raises(ProcessLookupError):
            container.thaw()
        container.close()


@needs_groups
@pytest.mark.usefixtures("no_helpers")
@pytest.mark.parametrize("method", METHODS)
def test_processes_of_a_context(method):
    context = pyspaces.get_context(method, pids_limit=40, cap_drop="all", **UNPRIVILEGED)
    process = context.Process(target=pause)
    process.start()
    try:
        look_after(process, lambda: True)
        with pytest.raises(ValueError, match="colour"):
            process.set_limit("colour", "red")
    finally:
        process.kill()
        process.join()
        assert process.result.statistics["pids.limit"] == process.stats()["pids.limit"] == 20
        with pytest.raises(ProcessLookupError):
            process.thaw()
        process.close()


@needs_groups
@pytest.mark.usefixtures("no_helpers")
@pytest.mark.parametrize("method", METHODS)
def test_a_worker_without_memory(method):
    context = pyspaces.get_context(method, memory="100M", no_new_privs=True, seccomp="default")
    with context.Pool(1) as pool:
        assert pool.apply(abs, (-1,)) == 1
        with pytest.raises(pyspaces.WorkerLostError, match="no memory left") as caught:
            pool.apply(bytearray, (400 * MIB,))
    assert caught.value.result.cause == "out-of-memory"


@needs_groups
def test_asyncio():
    async def main():
        process = await create_subprocess_exec("sleep", "600", pids_limit=40)
        try:
            look_after(process, lambda: True)
        finally:
            process.kill()
            await process.wait()
        assert process.result.statistics["pids.limit"] == process.stats()["pids.limit"] == 20

    asyncio.run(main())
