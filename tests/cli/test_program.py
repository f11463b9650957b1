"""What the program gets: arguments, environment, directory, limits, descriptors."""

import json
import os
import subprocess

import pytest

from support import wait_for_line


@pytest.mark.parametrize(
    "arguments",
    [
        ["-l", "--all", "-p"],
        ["--", "-x"],
        [""],
        ["a b", "'", '"', "\\", "*", "$HOME", "new\nline", "ünï"],
        ["--hostname="],
        ["--json", "--help", "--bogus"],
    ],
)
def test_arguments_after_the_program_are_left_to_it(space, arguments):
    shown = space.output("execute", "printf", "[%s]", *arguments)
    # printf(1) takes a first "--" for itself only before its format.
    assert shown == "".join(f"[{argument}]" for argument in arguments)


def test_two_dashes_end_the_options(space):
    assert space.output("execute", "-Uu", "--", "printf", "%s", "-u") == "-u"


def test_options_can_be_bundled_and_take_their_value_at_once(plain):
    shown = plain.output("execute", "-eA=1", "-zuw/usr", "sh", "-c", "echo $A; pwd; id -u")
    assert shown.split() == ["1", "/usr", "0"]


def test_environment(plain):
    environment = {"PATH": os.environ["PATH"], "KEPT": "kept", "GONE": "gone"}
    shown = plain.output(
        "execute", "--env", "NEW=a=b", "-eEMPTY=", "--unset-env", "GONE", "env", env=environment
    )
    assert sorted(line for line in shown.splitlines() if not line.startswith(("PATH", "LD_"))) == [
        "EMPTY=",
        "KEPT=kept",
        "NEW=a=b",
    ]


def test_clear_env_forgets_what_was_set_before_it_and_env_passes_one_on(plain):
    environment = {"PATH": os.environ["PATH"], "KEPT": "kept", "GONE": "gone"}
    options = ["--env", "EARLY=1", "--clear-env", "--env", "KEPT", "--env", "LATE=2"]
    assert plain.output("execute", *options, "/usr/bin/env", env=environment) == "KEPT=kept\nLATE=2\n"


def test_env_of_an_unset_name_is_an_error(plain):
    error = plain.failure("execute", "--env", "NO_SUCH_NAME", "true")
    assert 'the environment has no "NO_SUCH_NAME"' in error


@pytest.mark.parametrize("option", ["-w", "--cwd", "--wd", "--workdir"])
def test_working_directory(plain, option):
    assert plain.output("execute", option, "/usr/bin", "pwd") == "/usr/bin\n"


def test_the_working_directory_is_the_callers(plain, directory):
    assert plain.output("execute", "pwd", cwd=directory) == f"{directory}\n"


def test_umask(plain):
    assert plain.output("execute", "--umask", "027", "sh", "-c", "umask") == "0027\n"


@pytest.mark.parametrize(
    "value, soft, hard",
    [("nofile=100:200", "100", "200"), ("RLIMIT_NOFILE=128", "128", "128"), ("NoFile=1K:2K", "1024", "2048")],
)
def test_rlimit(plain, value, soft, hard):
    shown = plain.output("execute", "--rlimit", value, "sh", "-c", "ulimit -Sn; ulimit -Hn")
    assert shown.split() == [soft, hard]


def test_no_new_privs_and_oom_score_adj(plain):
    options = ["--no-new-privs", "--oom-score-adj", "500"]
    shown = plain.output("execute", *options, "cat", "/proc/self/status", "/proc/self/oom_score_adj")
    assert "NoNewPrivs:\t1" in shown
    assert shown.endswith("\n500\n")


def test_another_executable(plain):
    assert plain.output("execute", "--executable", "/bin/sh", "--", "-sh", "-c", "echo $0") == "-sh\n"
    assert "/nonexistent/sh" in plain.failure("execute", "--executable", "/nonexistent/sh", "sh", status=127)


def test_process_group(plain):
    shown = plain.output("execute", "--process-group", "0", "sh", "-c", "ps -o pid=,pgid= -p $$")
    pid, group = shown.split()
    assert pid == group


def test_setsid(plain):
    shown = plain.output("execute", "--setsid", "sh", "-c", "ps -o pid=,sid= -p $$")
    pid, session = shown.split()
    assert pid == session


def test_streams_can_be_files(plain, directory):
    (directory / "in").write_text("input\n")
    options = ["--stdin", directory / "in", "--stdout", directory / "out", "--stderr", directory / "err"]
    assert plain.output("execute", *options, "sh", "-c", "cat; echo error >&2") == ""
    assert (directory / "out").read_text() == "input\n"
    assert (directory / "err").read_text() == "error\n"


def test_the_standard_streams_are_the_callers(space):
    done = space.run("execute", "sh", "-c", "cat; echo error >&2", input="through\n")
    assert (done.stdout, done.stderr, done.returncode) == ("through\n", "error\n", 0)


def test_other_descriptors_are_closed(plain):
    with open("/dev/null") as file:
        shown = plain.output("execute", "ls", "/proc/self/fd", pass_fds=[file.fileno()])
    # ls(1) has one of its own open on the directory.
    assert shown.split() == ["0", "1", "2", "3"]


@pytest.mark.parametrize("target", [None, 9])
def test_preserve_fd(plain, target):
    read_end, write_end = os.pipe()
    try:
        option = str(write_end) if target is None else f"{write_end}:{target}"
        number = write_end if target is None else target
        command = f"echo passed >/proc/self/fd/{number}"
        plain.output("execute", "--preserve-fd", option, "sh", "-c", command, pass_fds=[write_end])
        os.close(write_end)
        write_end = -1
        assert os.read(read_end, 100) == b"passed\n"
    finally:
        os.close(read_end)
        if write_end >= 0:
            os.close(write_end)


@pytest.mark.parametrize("closed", [{0}, {1}, {2}, {0, 1, 2}])
def test_closed_streams_are_given_to_no_other_file(binary, directory, closed):
    probe = directory / "probe.py"
    probe.write_text(
        "import os, sys\n"
        "links = [os.readlink(f'/proc/self/fd/{fd}') for fd in range(3)]\n"
        "open(sys.argv[1], 'w').write('\\n'.join(links))\n"
    )
    command = ["execute", "/usr/bin/python3", "-I", probe, directory / "out"]
    redirections = " ".join(f"{fd}<&-" for fd in closed)
    subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirections}', binary, *command], check=True)
    links = (directory / "out").read_text().splitlines()
    assert {fd for fd, link in enumerate(links) if link == "/dev/null"} >= closed


def test_writing_to_a_closed_stream_fails(binary):
    command = '"$0" execute sh -c "echo text || exit 5" 1>&-'
    done = subprocess.run(["sh", "-c", command, binary], capture_output=True, text=True)
    assert done.returncode == 5
    assert "I/O error" in done.stderr or "Bad file descriptor" in done.stderr


def test_no_output_of_its_own(space):
    done = space.run("execute", "--all", "true")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_verbose_prints_the_pid_at_once_and_the_status_last(space):
    with space.start(
        "execute", "-v", "sh", "-c", "read line; echo $$", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        pid = wait_for_line(process.stdout).removeprefix("PID of child created by clone() is ")
        assert process.stdout.readline() == "\n"
        output, _ = process.communicate("\n")
    assert output == f"{pid}\nChild returned: pid {pid}, status 0\n"


def test_verbose_shows_a_signal_as_a_negative_status(plain):
    done = plain.run("-v", "execute", "sh", "-c", "kill -KILL $$")
    assert done.stdout.splitlines()[-1].endswith("status -9")
    assert done.returncode == 137


def test_result_file(plain, directory):
    assert plain.run("execute", "--result", directory / "result", "sh", "-c", "exit 3").returncode == 3
    result = json.loads((directory / "result").read_text())
    assert result["cause"] == "exited"
    assert result["exitCode"] == 3
