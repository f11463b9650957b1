"""--tty, and job control in the caller's terminal."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import termios
import time

import pytest
from console import Console

from support import PATIENCE, children_of, wait_until


def command(space, *arguments):
    return [*space.command, *arguments]


def is_raw(attributes):
    return attributes[3] & (termios.ICANON | termios.ECHO) == 0


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_the_program_has_a_terminal_of_its_own(space, options):
    script = "test -t 0 && test -t 1 && test -t 2 && test -w /dev/tty && stty size; ps -o sid= -p $$; echo $$"
    line = command(space, "execute", "-t", *options, "sh", "-c", script)
    with Console(line, rows=33, columns=101) as console:
        console.expect("33 101\r\n")
        session, pid = console.expect("\r\n"), console.expect("\r\n")
        assert session.split() == pid.split()
        assert console.wait() == 0


def test_what_is_typed_reaches_the_program_and_the_terminal_is_restored(plain):
    script = "echo up; read line; echo got $line; exit 4"
    with Console(command(plain, "execute", "--tty", "sh", "-c", script)) as console:
        console.expect("up")
        assert is_raw(console.attributes())
        console.type("text\r")
        console.expect("got text")
        assert console.wait() == 4
        assert console.attributes() == console.initial


@pytest.mark.parametrize("keys, name, status", [("\x03", "INT", 130), ("\x1c", "QUIT", 131)])
def test_keys_that_make_signals_reach_the_program(plain, keys, name, status):
    options = ["execute", "-t", "--rlimit", "core=0"]
    with Console(command(plain, *options, "sh", "-c", "echo up; exec sleep 600")) as console:
        console.expect("up")
        console.type(keys)
        assert console.wait() == status
    script = f"trap 'echo caught' {name}; echo up; read x; echo on"
    with Console(command(plain, *options, "bash", "-c", script)) as console:
        console.expect("up")
        console.type(keys)
        console.expect("caught")
        console.type("\r")
        console.expect("on")
        assert console.wait() == 0


def test_a_new_size_is_passed_on(plain):
    script = "trap 'stty size; exit' WINCH; echo up; while :; do read -t 1 x; done"
    with Console(command(plain, "execute", "-t", "bash", "-c", script), rows=10, columns=20) as console:
        console.expect("up")
        console.resize(50, 132)
        os.kill(console.process.pid, signal.SIGWINCH)
        console.expect("50 132")
        assert console.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_restored_when_a_signal_ends_it(plain, number):
    with Console(command(plain, "execute", "-t", "sh", "-c", "echo up; exec sleep 600")) as console:
        console.expect("up")
        assert is_raw(console.attributes())
        console.process.send_signal(number)
        assert console.wait() == 128 + number
        assert console.attributes() == console.initial


def test_the_terminal_is_restored_while_space_is_stopped(plain):
    with Console(command(plain, "execute", "-t", "sh", "-c", "echo up; read x; echo on")) as console:
        console.expect("up")
        console.process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(console.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert console.attributes() == console.initial
        console.process.send_signal(signal.SIGCONT)
        console.type("\r")
        console.expect("on")
        assert console.wait() == 0
        assert console.attributes() == console.initial


def test_a_failure_leaves_the_terminal_alone(plain):
    with Console(command(plain, "execute", "-t", "/no/such/program")) as console:
        console.expect("No such file or directory")
        assert console.wait() == 127
        assert console.attributes() == console.initial


def test_a_lot_of_output_is_complete_and_in_order(plain):
    with Console(command(plain, "execute", "-t", "seq", "20000")) as console:
        shown = console.expect("\r\n20000\r\n")
        assert shown.split() == [str(number) for number in range(1, 20000)]
        assert console.wait() == 0


def test_a_lot_of_input_while_there_is_output(plain):
    """More than the terminal's buffer holds, to a program that writes as much as it reads."""
    text = "".join(f"line {number}\n" for number in range(5000))
    script = "stty -echo -onlcr; echo up; cat"
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with plain.start("execute", "-t", "sh", "-c", script, **streams) as process:
        assert process.stdout.readline().rstrip() == "up"
        output, _ = process.communicate(text, timeout=PATIENCE)
    assert output == text
    assert process.returncode == 0


@pytest.mark.parametrize("text", ["", "whole line\n", "part of a line"])
def test_input_that_is_no_terminal_ends(plain, text):
    # What comes before the program reads is echoed by its terminal, and then written by the program.
    shown = plain.output("execute", "-t", "sh", "-c", "cat; echo end", input=text).replace("\r\n", "\n")
    assert shown == f"{text}{text}end\n"


def test_output_that_nobody_reads_hangs_up(plain):
    with plain.start("execute", "-t", "yes", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == "y"
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) in (128 + signal.SIGHUP, 1)


class Shell(Console):
    """An interactive bash, as the one whose job `space` is."""

    def __init__(self):
        super().__init__(["bash", "--norc", "--noprofile", "-i"], env={"PS1": "prompt> "})
        self.expect("prompt> ")

    def run(self, line):
        self.type(line + "\r")
        self.expect("\n")


# Says when it goes on after a stop: what is typed before that may go to the shell's line editor. Says it
# once: the signal comes from the shell, and from space, which passes it on.
TALKER = """
import signal, sys
def go_on(*_):
    signal.signal(signal.SIGCONT, signal.SIG_DFL)
    print("continued", flush=True)
signal.signal(signal.SIGCONT, go_on)
signal.signal(signal.SIGINT, lambda *_: (print("interrupted", flush=True), sys.exit(6)))
print("up", flush=True)
for line in sys.stdin:
    print("got", line, flush=True)
"""


def states_of_programs(pid):
    """The states of all that descend from a process, but for an init, which no terminal stops."""
    states = []
    for child in children_of(pid):
        name, state = re.search(r"\((.*)\) (\w)", pathlib.Path(f"/proc/{child}/stat").read_text()).groups()
        states += ([] if name == "spaces-init" else [state]) + states_of_programs(child)
    return states


@pytest.mark.parametrize("options", ["", "--all --id"])
def test_a_job_can_be_stopped_continued_and_interrupted(space, directory, options):
    (directory / "talker.py").write_text(TALKER)
    program = ["/usr/bin/python3", str(directory / "talker.py")]
    with Shell() as shell:
        shell.run(shlex.join(command(space, "execute", *options.split(), *program)))
        shell.expect("up")
        shell.type("\x1a")
        shell.expect("Stopped")
        shell.expect("prompt> ")
        # The shell looks at the first process of the job only; another that was waiting for input may take
        # what is typed until it has stopped too.
        wait_until(lambda: all(state == "T" for state in states_of_programs(shell.process.pid)))
        shell.run("fg")
        shell.expect("continued")
        shell.type("text\r")
        shell.expect("got text")
        shell.type("\x03")
        shell.expect("interrupted")
        shell.expect("prompt> ")
        shell.run("echo status $?")
        shell.expect("status 6")
        shell.type("exit\r")
        shell.wait()


def test_a_job_in_the_background(space):
    line = shlex.join(command(space, "execute", "--all", "--user", "sh", "-c", "sleep 600"))
    with Shell() as shell:
        shell.run(line + " &")
        shell.expect("prompt> ")
        shell.run("kill %1; wait %1; echo status $?")
        shell.expect("status 143")
        shell.type("exit\r")
        shell.wait()


def test_a_shell_inside_that_suspends_itself_gives_the_terminal_back(plain):
    inner = shlex.join(command(plain, "execute", "env", "PS1=inner> ", "bash", "--norc", "--noprofile", "-i"))
    with Shell() as shell:
        shell.run(inner)
        shell.expect("inner> ")
        shell.run("suspend")
        shell.expect("Stopped")
        shell.expect("prompt> ")
        shell.run("fg")
        shell.type("\r")
        shell.expect("inner> ")
        shell.run("exit 3")
        shell.expect("prompt> ")
        shell.run("echo status $?")
        shell.expect("status 3")
        shell.type("exit\r")
        shell.wait()


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_a_key_at_any_moment_of_the_start_is_not_lost(space, options):
    for delay in range(40):
        with Console(command(space, "execute", *options, "sleep", "600")) as console:
            time.sleep(delay / 10_000)  # each round at another moment, before the program is there or after
            console.type("\x03")
            assert console.wait() in (128 + signal.SIGINT, -signal.SIGINT)


def test_interrupting_a_pipeline_ends_it(plain):
    script = "echo up >&2; exec sleep 600"
    line = shlex.join(command(plain, "execute", "--user", "sh", "-c", script))
    with Shell() as shell:
        shell.run(f"{line} | cat")
        shell.expect("up")
        shell.type("\x03")
        shell.expect("prompt> ")
        shell.type("exit\r")
        shell.wait()
