"""The program of the README, as it stands there: examples/container.py."""

from __future__ import annotations

import os
import pathlib

import pytest

from support import ROOT, run_script

PROGRAM = (pathlib.Path(__file__).parents[3] / "examples/container.py").read_text()


@pytest.mark.parametrize("uid_map", ["'0 1000 1'", "True"])
def test_it_prints_the_containers_own_processes_and_status_0(uid_map):
    if uid_map != "True" and not ROOT:  # an ordinary user maps the own id
        uid_map = f"'0 {os.getuid()} 1'"
    assert PROGRAM.count("'0 1000 1'") == 1
    result = run_script(PROGRAM.replace("'0 1000 1'", uid_map), env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert result.returncode == 0
    assert result.stderr == ""
    first, empty, headline, *processes, last = result.stdout.splitlines()
    prefix = "PID of child created by clone() is "
    assert first.startswith(prefix)
    pid = int(first[len(prefix) :])
    assert empty == ""
    assert headline.split() == ["PID", "TTY", "STAT", "TIME", "COMMAND"]
    assert int(processes[0].split()[0]) == 1
    # Between the init and ps there is bash, unless it makes its last command of itself.
    commands = [line.split(None, 4)[4] for line in processes]
    assert commands[-1] == "ps ax"
    assert len(commands) <= 3
    assert last == f"Child returned: pid {pid}, status 0"
