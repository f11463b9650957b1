"""The program of the README, as it stands there."""

from __future__ import annotations

import os

import pytest

from support import ROOT, run_script

PROGRAM = r"""
import os
from pyspaces import Container

def execute(argv):
    os.execvp(argv[0], argv)

cmd = "mount -t proc proc /proc; ps ax"
c = Container(target=execute, args=(('bash', '-c', cmd),),
              uid_map='0 1000 1', newpid=True, newuser=True, newns=True)
c.start()
print("PID of child created by clone() is %ld\n" % c.pid)
c.join()
print("Child returned: pid %s, status %s" % (c.pid, c.exitcode))
"""


@pytest.mark.parametrize("map_", ["'0 1000 1'", "True"])
def test_it_prints_the_containers_own_processes_and_status_0(map_):
    program = PROGRAM
    if map_ == "True":
        program = program.replace("'0 1000 1'", "True")
    elif not ROOT:
        program = program.replace("'0 1000 1'", f"'0 {os.getuid()} 1'")
    result = run_script(program, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert result.returncode == 0
    assert result.stderr == ""
    first, empty, headline, *processes, last = result.stdout.splitlines()
    pid = (
        first.removeprefix("PID of child created by clone() is ")
        if hasattr(str, "removeprefix")
        else first[34:]
    )
    assert int(pid) > 0
    assert empty == ""
    assert headline.split() == ["PID", "TTY", "STAT", "TIME", "COMMAND"]
    pids = [int(line.split()[0]) for line in processes]
    commands = [line.split(None, 4)[4] for line in processes]
    assert pids[0] == 1
    # Between the init and ps there is bash, unless it makes its last command of itself.
    assert commands[-1] == "ps ax"
    assert len(commands) <= 3
    assert last == f"Child returned: pid {pid}, status 0"
