"""The exit status, and the life of the program."""

import os
import signal
import subprocess
import time
from subprocess import DEVNULL, PIPE

import pytest

from support import PATIENCE, wait_for_line


@pytest.mark.parametrize("options", [[], ["-U"], ["--all"], ["--all", "--no-init"]])
@pytest.mark.parametrize("status", [0, 1, 42, 125, 126, 127, 255])
def test_the_status_is_the_programs_own(space, options, status):
    assert space.run("execute", *options, "sh", "-c", f"exit {status}").returncode == status


@pytest.mark.parametrize("options", [[], ["--all"]])
@pytest.mark.parametrize("name", ["TERM", "KILL", "SEGV", "INT", "ABRT"])
def test_a_signal_is_128_and_its_number(space, options, name):
    done = space.run("execute", "--rlimit", "core=0", *options, "sh", "-c", f"kill -{name} $$")
    assert done.returncode == 128 + getattr(signal, f"SIG{name}")
    assert done.stderr == ""


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_a_program_that_does_not_exist_is_127(space, options):
    error = space.failure("execute", *options, "no-such-program", status=127)
    assert error.startswith("space: ")
    assert '"no-such-program"' in error
    assert "No such file or directory" in error
    assert "No such file" in space.failure("execute", *options, "/no/such/program", status=127)


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_a_program_that_cannot_be_executed_is_126(space, directory, options):
    plain_file = directory / "file"
    plain_file.write_text("text")
    plain_file.chmod(0o644)
    assert "Permission denied" in space.failure("execute", *options, plain_file, status=126)
    assert "Permission denied" in space.failure("execute", *options, directory, status=126)
    plain_file.chmod(0o755)
    assert "Exec format error" in space.failure("execute", *options, plain_file, status=126)


@pytest.mark.parametrize("options", [["--cwd", "/no/such/directory"], ["--user", "--root", "/no/such/root"]])
def test_what_space_cannot_set_up_is_125(space, options):
    assert "No such file or directory" in space.failure("execute", *options, "true", status=125)


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_a_time_limit_that_is_reached_is_124(space, options):
    assert space.run("execute", *options, "--time-limit", "50ms", "sleep", "600").returncode == 124


def test_a_time_limit_that_the_program_ignores_kills_it(plain):
    script = "trap '' TERM; echo up; exec sleep 600"
    done = plain.run("execute", "--time-limit", "50ms,50ms", "sh", "-c", script)
    assert (done.returncode, done.stdout) == (124, "up\n")


def test_a_time_limit_that_is_not_reached_changes_nothing(plain):
    assert plain.run("execute", "--time-limit", "1h", "sh", "-c", "exit 3").returncode == 3


@pytest.mark.parametrize("options", [[], ["--all"]])
@pytest.mark.parametrize("name", ["TERM", "HUP", "USR1", "USR2", "INT", "QUIT", "ALRM"])
def test_a_signal_to_space_reaches_the_program(space, options, name):
    script = f"trap 'echo got; exit 7' {name}; echo up; while :; do read -t 1 line <&3; done"
    program = ["--preserve-fd", "0:3", "bash", "-c", script]
    with space.start("execute", *options, *program, stdin=PIPE, stdout=PIPE) as process:
        assert wait_for_line(process.stdout) == "up"
        process.send_signal(getattr(signal, f"SIG{name}"))
        assert wait_for_line(process.stdout) == "got"
        assert process.wait() == 7


@pytest.mark.parametrize("to_group", [False, True])
def test_a_signal_at_any_moment_leaves_nothing_behind(plain, to_group):
    """However early the signal comes, either nothing was started or all of it ends."""
    for delay in range(40):
        read_end, write_end = os.pipe()
        command = ["--preserve-fd", write_end, "sleep", "600"]
        process = plain.start("execute", *command, pass_fds=[write_end], stderr=PIPE, start_new_session=True)
        os.close(write_end)
        time.sleep(delay / 10_000)  # each round at another moment
        (os.killpg if to_group else os.kill)(process.pid, signal.SIGTERM)
        _, error = process.communicate(timeout=PATIENCE)
        assert (process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM), error) == (True, "")
        assert os.read(read_end, 1) == b""  # the end of file: nobody holds the other end any more
        os.close(read_end)


def test_kill_0_of_the_program_is_not_echoed_for_ever(plain):
    script = "trap 'echo got; kill 0' USR1; echo up; read line; exit 5"
    streams = {"stdin": PIPE, "stdout": PIPE}
    with plain.start("execute", "bash", "-c", script, **streams, start_new_session=True) as process:
        assert wait_for_line(process.stdout) == "up"
        process.send_signal(signal.SIGUSR1)
        assert wait_for_line(process.stdout) == "got"
        assert process.wait() == 128 + signal.SIGTERM


def test_ignored_signals_are_inherited(plain):
    shown = plain.output("execute", "--all", "--user", "grep", "SigIgn", "/proc/self/status")
    assert int(shown.split()[1], 16) & 1 << signal.SIGHUP - 1 == 0
    command = ["nohup", *plain.command, "execute", "--user", "grep", "SigIgn", "/proc/self/status"]
    ignoring = subprocess.run(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, text=True, check=True)
    assert int(ignoring.stdout.split()[1], 16) & 1 << signal.SIGHUP - 1


def test_the_mask_and_handled_signals_are_as_for_any_program(plain):
    shown = plain.output("execute", "grep", "-E", "Sig(Blk|Ign|Cgt)", "/proc/self/status")
    command = ["grep", "-E", "Sig(Blk|Ign|Cgt)", "/proc/self/status"]
    assert shown == subprocess.run(command, stdout=PIPE, text=True, check=True).stdout


def test_an_ignored_sigchld_loses_no_status(plain):
    command = " ".join(plain.command)
    done = subprocess.run(["bash", "-c", f"trap '' CHLD; exec {command} execute sh -c 'exit 9'"])
    assert done.returncode == 9


def test_die_with_parent(plain):
    read_end, write_end = os.pipe()
    command = ["--die-with-parent", "--preserve-fd", write_end, "sh", "-c", "echo up; exec sleep 600"]
    process = plain.start("execute", *command, pass_fds=[write_end], stdout=PIPE)
    os.close(write_end)
    assert wait_for_line(process.stdout) == "up"
    process.kill()
    process.wait()
    process.stdout.close()
    assert os.read(read_end, 1) == b""
    os.close(read_end)


def test_nothing_is_left_in_the_pid_namespace(space):
    read_end, write_end = os.pipe()
    command = ["--all", "--preserve-fd", write_end, "sh", "-c", "sleep 600 & exit 3"]
    done = space.run("execute", *command, pass_fds=[write_end], stdout=DEVNULL, stderr=DEVNULL)
    os.close(write_end)
    assert done.returncode == 3
    assert os.read(read_end, 1) == b""
    os.close(read_end)
