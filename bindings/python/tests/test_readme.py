"""The programs of the documentation, as they stand there."""

from __future__ import annotations

import os
import pathlib
import re

import pytest

from support import ROOT, run_script

TREE = pathlib.Path(__file__).parents[3]
PROGRAM = (TREE / "examples/container.py").read_text()
PAGES = ("docs/python.md", "bindings/python/README.md")
BLOCKS = {
    f"{page} {number}": block
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", (TREE / page).read_text(), re.M | re.S), 1
    )
}


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


@pytest.mark.parametrize("name", BLOCKS)
def test_the_pages_programs_run(name, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(BLOCKS[name])
    result = run_script(
        "import os, sys; os.execv(sys.executable, [sys.executable, sys.argv[1]])", str(program)
    )
    assert (result.returncode, result.stderr) == (0, "")
