"""The same calls through subprocess and through pyspaces.subprocess: their outcomes are equal."""

from __future__ import annotations

import io
import os
import pathlib
import signal
import subprocess
import sys

import pytest

import pyspaces.subprocess
from pyspaces.subprocess import DEVNULL, PIPE, STDOUT
from support import ROOT, run_script

# The ids of a program are called as they are here, so that what it prints of them is comparable.
IDENTITY = "0 0 65536" if ROOT else "self"
MODES = {"shared": {}, "isolated": {"all": True, "uid_map": IDENTITY, "gid_map": IDENTITY}}

SHOW_ENV = "import os; print(sorted(os.environ.items()))"
SHOW_SIGNALS = "import signal; print([signal.getsignal(s).name for s in (13, 25, 2, 15)])"
ECHO = "import sys; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(d); sys.stderr.write('e')"
PYTHON = sys.executable


class Recording:
    """A module's functions, with options that are given to each call."""

    def __init__(self, module, options):
        self.module, self.options = module, options

    def __getattr__(self, name):
        function = getattr(self.module, name)
        return lambda *args, **given: function(*args, **{**self.options, **given})


def builtin(error):
    """The name of the exception that it is for whoever knows subprocess only."""
    if isinstance(error, ValueError):  # as an error of ours it is an OSError too
        return "ValueError"
    return next(c for c in type(error).__mro__ if c.__module__ in ("builtins", "subprocess")).__name__


def attributes(value):
    names = ["cmd", "returncode", "stdout", "stderr", "output", "timeout"]
    if isinstance(value, OSError) and not isinstance(value, ValueError):
        names += ["filename", "errno"]
    elif not isinstance(value, Exception):
        names += ["args"]
    found = {name: getattr(value, name, "none") for name in names}
    if isinstance(found.get("filename"), os.PathLike):
        found["filename"] = os.fspath(found["filename"])  # subprocess gives both, as it starts the program
    if isinstance(found["timeout"], float):
        found["timeout"] = round(found["timeout"], 1)  # what was left of it
    return found


def outcome(function, m):
    try:
        value = function(m)
    except Exception as error:
        return builtin(error), attributes(error)
    if isinstance(value, subprocess.CompletedProcess):
        return "completed", attributes(value)
    return "value", value


def sh(script, **options):
    return lambda m: m.run(["sh", "-c", script], capture_output=True, **options)


def python(script, **options):
    return lambda m: m.run([PYTHON, "-c", script], **{"capture_output": True, **options})


CASES = {
    # Arguments
    "a list": lambda m: m.run(["echo", "a b", ""], capture_output=True),
    "a tuple": lambda m: m.run(("echo", b"bytes", pathlib.Path("path")), capture_output=True),
    "an iterator": lambda m: m.run(iter(["echo", "x"]), stdout=PIPE).stdout,
    "a string": lambda m: m.run("true"),
    "bytes": lambda m: m.run(b"true"),
    "a path": lambda m: m.run(pathlib.Path("/bin/true")),
    "a command": lambda m: m.run("echo $0 $(( 6 * 7 ))", shell=True, capture_output=True),
    "a command and arguments": lambda m: m.run(["echo $0 $1", "x", "y"], shell=True, capture_output=True),
    "a command as bytes": lambda m: m.run(b"echo x", shell=True, capture_output=True),
    "another shell": lambda m: m.run("echo $0", shell=True, executable="/bin/bash", capture_output=True),
    "another executable": lambda m: m.run(["other", "-c", "echo $0"], executable="/bin/sh", stdout=PIPE),
    "an executable of the PATH": lambda m: m.run(["other", "-c", "echo $0"], executable="sh", stdout=PIPE),
    "a path for a shell": lambda m: m.run(pathlib.Path("/bin/true"), shell=True),
    "a number": lambda m: m.run(7),
    "a number as argument": lambda m: m.run(["echo", 7]),
    "a null byte": lambda m: m.run(["echo", "a\0b"]),
    "a null byte in the environment": lambda m: m.run(["true"], env={"A": "a\0b"}),
    "an unknown option": lambda m: m.run(["true"], unknown=1),
    "no bufsize": lambda m: m.run(["true"], bufsize="x"),
    "startupinfo": lambda m: m.run(["true"], startupinfo=1),
    "creationflags": lambda m: m.run(["true"], creationflags=1),
    # The end
    "exit status": sh("exit 77"),
    "killed": sh("kill -KILL $$"),
    "terminated": sh("kill $$"),
    "aborted": sh("ulimit -c 0; kill -ABRT $$"),
    "check": lambda m: m.run(["sh", "-c", "echo o; echo e >&2; exit 3"], capture_output=True, check=True),
    "check of a signal": lambda m: m.run(["sh", "-c", "kill -9 $$"], check=True),
    "call": lambda m: m.call(["sh", "-c", "exit 4"]),
    "check_call": lambda m: m.check_call(["true"]),
    "check_call fails": lambda m: m.check_call(["sh", "-c", "exit 4"]),
    "check_output": lambda m: m.check_output(["echo", "x"]),
    "check_output fails": lambda m: m.check_output("echo x; exit 9", shell=True, text=True),
    "check_output with input": lambda m: m.check_output(["cat"], input=b"given"),
    "check_output without input": lambda m: m.check_output(["cat"], input=None),
    "check_output without text input": lambda m: m.check_output(["cat"], input=None, text=True),
    "check_output with stdout": lambda m: m.check_output(["cat"], stdout=PIPE),
    "getoutput": lambda m: m.getoutput("echo a; echo b >&2"),
    "getstatusoutput": lambda m: m.getstatusoutput("echo a; exit 3"),
    "timeout": lambda m: m.run(["sleep", "100"], timeout=0.1),
    "timeout of call": lambda m: m.call(["sleep", "100"], timeout=0.1),
    "timeout of check_output": lambda m: m.check_output("echo x; exec sleep 100", shell=True, timeout=1),
    "timeout 0": lambda m: m.run(["sleep", "100"], timeout=0),
    "negative timeout": lambda m: m.run(["sleep", "100"], timeout=-1),
    # Streams
    "input": python(ECHO, input=b"\xff\x00some input\n"),
    "large input": python(ECHO, input=os.urandom(1 << 20)),
    "text": python(ECHO, input="ein Text, täglich\n", text=True),
    "encoding": python(ECHO, input="täglich", encoding="latin-1"),
    "errors": python("import os; os.write(1, b'a\\xffb')", encoding="utf-8", errors="replace"),
    "undecodable": python("import os; os.write(1, b'a\\xffb')", encoding="ascii"),
    "universal newlines": python("import os; os.write(1, b'a\\r\\nb\\rc\\n')", universal_newlines=True),
    "text and not universal": lambda m: m.run(["true"], text=True, universal_newlines=False),
    "input of the wrong type": lambda m: m.run(["cat"], input="text"),
    "input and stdin": lambda m: m.run(["cat"], input=b"x", stdin=PIPE),
    "capture_output and stdout": lambda m: m.run(["true"], capture_output=True, stdout=PIPE),
    "stderr into stdout": lambda m: m.run("echo o; echo e >&2", shell=True, stdout=PIPE, stderr=STDOUT),
    "stdout into stdout": lambda m: m.run(["true"], stdout=STDOUT),
    "nothing": lambda m: m.run("cat; echo x", shell=True, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE),
    "a path as stream": lambda m: m.run(["true"], stdout="/dev/null"),
    "a file without descriptor": lambda m: m.run(["true"], stdout=io.StringIO()),
    "a closed descriptor": lambda m: m.run(["true"], stdout=1000).returncode,
    "a closed descriptor to pass on": lambda m: m.run(["true"], pass_fds=[1000]).returncode,
    "a negative descriptor to pass on": lambda m: m.run(["true"], pass_fds=[-1]).returncode,
    "a program that does not read": lambda m: m.run(["true"], input=b"x" * (1 << 20)),
    # Environment and working directory
    "env": python(SHOW_ENV, env={"A": "1", "B": "", "ü": "ß"}),
    "env of bytes": python(SHOW_ENV, env={b"A": b"\xff"}),
    "no env": lambda m: m.run([PYTHON, "-c", SHOW_ENV], env={}, stdout=PIPE),
    "env with =": lambda m: m.run(["true"], env={"A=B": "1"}),
    "PATH of env": lambda m: m.run(["sh", "-c", "echo $PATH"], env={"PATH": "/usr/bin:/bin"}, stdout=PIPE),
    "not in the PATH of env": lambda m: m.run(["sh"], env={"PATH": "/nonexistent"}),
    "inherited env": python(SHOW_ENV),
    "cwd": lambda m: m.run(["pwd"], cwd="/usr/lib", stdout=PIPE),
    "cwd as path": lambda m: m.run(["pwd"], cwd=pathlib.Path("/usr"), stdout=PIPE),
    "cwd as bytes": lambda m: m.run(["pwd"], cwd=b"/usr", stdout=PIPE),
    "relative program and cwd": lambda m: m.run(["bin/sh", "-c", "pwd"], cwd="/usr", stdout=PIPE),
    # What is missing
    "no program": lambda m: m.run(["nonexistent-program"]),
    "no path": lambda m: m.run(["/nonexistent/program", "x"]),
    "no path object": lambda m: m.run([pathlib.Path("/nonexistent/program")]),
    "no bytes": lambda m: m.run([b"/nonexistent/program"]),
    "no executable": lambda m: m.run(["sh"], executable="/nonexistent/program"),
    "no shell": lambda m: m.run("true", shell=True, executable="/nonexistent/shell"),
    "no cwd": lambda m: m.run(["true"], cwd="/nonexistent"),
    "no cwd as path": lambda m: m.run(["true"], cwd=pathlib.Path("/nonexistent")),
    "neither": lambda m: m.run(["/nonexistent/program"], cwd="/nonexistent/directory"),
    "cwd is a file": lambda m: m.run(["true"], cwd="/etc/passwd"),
    "program is a directory": lambda m: m.run(["/usr"]),
    "program cannot be executed": lambda m: m.run(["/etc/passwd"]),
    "below a file": lambda m: m.run(["/etc/passwd/program"]),
    "arguments are too long": lambda m: m.run(["true", "x" * (1 << 20)]),
    "check does not hide it": lambda m: m.check_output(["nonexistent-program"]),
    # What the process is like
    "signals restored": python(SHOW_SIGNALS),
    "signals not restored": python(SHOW_SIGNALS, restore_signals=False),
    "umask": sh("umask", umask=0o027),
    "no umask": sh("umask"),
    "own session": python("import os; print(os.getsid(0) == os.getpid())", start_new_session=True),
    "no own session": python("import os; print(os.getsid(0) == os.getpid())"),
    "user": lambda m: m.run(["id", "-u"], user=os.getuid(), stdout=PIPE),
    "unknown user": lambda m: m.run(["id", "-u"], user="nobody-of-that-name"),
    "unknown group": lambda m: m.run(["id", "-g"], group="no-group-of-that-name"),
    "negative user": lambda m: m.run(["id"], user=-1),
    "negative group": lambda m: m.run(["id"], group=-1),
    "negative extra group": lambda m: m.run(["id"], extra_groups=[-1]),
    "large extra group": lambda m: m.run(["id"], extra_groups=[2**64]),
    "groups as string": lambda m: m.run(["id"], extra_groups="root"),
    "user of no type": lambda m: m.run(["id"], user=1.5),
}
if sys.version_info >= (3, 10):
    CASES["pipesize"] = lambda m: m.run(["echo", "x"], stdout=PIPE, pipesize=8192)
if sys.version_info >= (3, 11):
    GROUP = "import os; print(os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid())"
    CASES["own process group"] = python(GROUP, process_group=0)
if ROOT:
    CASES.update(
        {
            "another user": sh("id -u; id -g", user=1234),
            "another user's groups": sh("id -G", user=1234, group=2345, extra_groups=[7, 8]),
            "another user by name": sh("id -u", user="nobody", group="nogroup"),
            "no groups": sh("id -G", group=2345, extra_groups=[]),
            "the groups stay": sh("id -G", user=1234),
        }
    )
else:
    CASES["a forbidden user"] = lambda m: m.run(["id"], user=0)
    CASES["a forbidden directory"] = lambda m: m.run(["true"], cwd="/root")
    CASES["a forbidden program"] = lambda m: m.run(["/root/program"])

# Where isolation itself changes what there is to be seen.
CHANGED_BY_ISOLATION = {
    "a forbidden user": "it is no forbidden one but one that is not mapped",
    "the groups stay": "those of another user namespace are others",
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CASES)
def test_outcomes_are_equal(name, mode):
    if mode == "isolated" and name in CHANGED_BY_ISOLATION:
        pytest.skip(CHANGED_BY_ISOLATION[name])
    expected = outcome(CASES[name], Recording(subprocess, {}))
    assert outcome(CASES[name], Recording(pyspaces.subprocess, MODES[mode])) == expected


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGUSR1])
def test_signals_are_equal(mode, sig):
    def end(popen, **options):
        with popen(["sh", "-c", "echo; exec sleep 100"], stdout=PIPE, **options) as process:
            process.stdout.readline()
            process.send_signal(sig)
            return process.wait(30), process.poll(), process.returncode

    assert end(pyspaces.Popen, **MODES[mode]) == end(subprocess.Popen)


def test_ignored_and_blocked_signals_are_equal():
    """What nohup(1) or a shell ignores, a program goes on to ignore; what Python ignores, it does not."""
    result = run_script(
        """
        import signal, subprocess, sys, pyspaces
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        isolated = {"newuser": True, "newpid": True}
        show = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]
        for restore in True, False:
            expected = subprocess.check_output(show, restore_signals=restore)
            assert int(expected.split()[-1], 16) & 0b11 == 0b11, expected
            for options in {}, isolated, {**isolated, "init": False}:
                found = pyspaces.check_output(show, restore_signals=restore, **options)
                assert found == expected, (restore, options, found, expected)
        """
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_the_interface_is_equal():
    assert set(pyspaces.subprocess.__all__) == set(subprocess.__all__)
    for name in pyspaces.subprocess.__all__:
        theirs, ours = getattr(subprocess, name), getattr(pyspaces.subprocess, name)
        assert ours is theirs or not isinstance(theirs, type) or issubclass(ours, theirs), name
    missing = {name for name in dir(subprocess.Popen) if not hasattr(pyspaces.Popen, name)}
    assert missing == set()
