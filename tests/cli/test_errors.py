"""Wrong command lines and hostile surroundings: 125, one line that says what, and a cure."""

import errno
import json
import os
import subprocess

import pytest

from support import Space


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "no command is given"),
        (["execut"], 'unknown command "execut"'),
        (["--bogus"], 'unknown option "--bogus"'),
        (["execute"], "no program is given"),
        (["execute", "--"], "no program is given"),
        (["execute", "--bogus", "true"], 'unknown option "--bogus"'),
        (["execute", "--bogus=1", "true"], 'unknown option "--bogus"'),
        (["execute", "-mX", "true"], 'unknown option "-X"'),
        (["execute", "--all=yes", "true"], 'the option "--all" takes no value'),
        (["execute", "--net=", "true"], 'the option "--net" has nothing after its "="'),
        (["execute", "--uid"], 'the option "--uid" needs a value'),
        (["execute", "-vM"], 'the option "-vM" needs a value'),
        (["chroot"], "chroot needs ROOTFS and a program"),
        (["chroot", "/"], "no program is given"),
        (["inject"], "inject needs PID and a program"),
        (["inject", "1"], "no program is given"),
        (["execute", "--share", "nothing", "true"], '"nothing" is no type of namespace'),
        (["execute", "--join-pid", "x:net", "true"], '"x" is no pid'),
        (["execute", "--setuid", "nobody", "true"], '"nobody" is no user id'),
        (["execute", "--setuid", "4294967295", "true"], '"4294967295" is no user id'),
        (["execute", "--groups", "1,,2", "true"], '"" is no group id'),
        (["execute", "--umask", "9", "true"], '"9" is no umask'),
        (["execute", "--rlimit", "nofile", "true"], '"nofile" is no resource limit'),
        (["execute", "--rlimit", "nofile=x", "true"], '"x" is no resource limit'),
        (["execute", "--rlimit", "nofile=99999999999999999999", "true"], "is no resource limit"),
        (["execute", "--oom-score-adj", "1001", "true"], '"1001" is no OOM score adjustment'),
        (["execute", "--process-group", "-1", "true"], '"-1" is no process group'),
        (["execute", "--setgroups", "maybe", "true"], '--setgroups takes "allow" or "deny"'),
        (["execute", "--preserve-fd", "x", "true"], '"x" is no descriptor'),
        (["execute", "--time-limit", "soon", "true"], '"soon" is no duration'),
        (["execute", "--time-limit", "1.5.5", "true"], '"1.5.5" is no duration'),
        (["execute", "--time-limit", "-1", "true"], '"-1" is no duration'),
        (["execute", "--time-limit", "5w", "true"], '"5w" is no duration'),
        (["execute", "--time-limit", "1s,x", "true"], '"x" is no duration'),
        (["execute", "--monotonic", "noon", "true"], '"noon" is no time offset'),
        (["execute", "--mount", "type=tmpfs", "true"], "has no target"),
        (["execute", "--mount", "type=bind,source=/a,target=/b,readonly=maybe", "true"], "true or false"),
        (["execute", "--mount", '"type=bind', "true"], "is no mount"),
        (["execute", "--mount", "foo=bar,target=/mnt", "true"], 'a bind mount has no option "foo"'),
        (
            ["execute", "--mount", "source=/a,target=/b,sorce=/c", "true"],
            'a bind mount has no option "sorce"',
        ),
        (["execute", "--mount", "target=/mnt", "true"], 'the bind mount "target=/mnt" has no source'),
        (["execute", "--mount", "type=bind,source=,target=/mnt", "true"], "has no source"),
        (["execute", "--mount", "source=/a", "true"], 'the mount "source=/a" has no target'),
        (["execute", "--bind", "", "true"], 'the bind mount "" has no source'),
        (["execute", "--bind", ":/mnt", "true"], 'the bind mount ":/mnt" has no source'),
        (["execute", "--tmpfs", "", "true"], 'the tmpfs "" has no target'),
        (["execute", "--tmpfs", ":size=1m", "true"], 'the tmpfs ":size=1m" has no target'),
        (["explain"], "explain needs a command"),
        (["explain", "features"], '"features" cannot be explained'),
        (["features", "--bogus"], 'features knows no "--bogus"'),
        (["doctor", "now"], 'doctor knows no "now"'),
        (["completion", "tcsh"], "bash, zsh and fish"),
        (["help", "nothing"], 'unknown command "nothing"'),
    ],
)
def test_wrong_command_lines(plain, arguments, message):
    error = plain.failure(*arguments)
    first, *others = error.splitlines()
    assert first.startswith("space: ")
    assert message in first
    assert all(line.startswith("space: hint: ") for line in others)
    assert len(others) <= 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--uid", "0 1000"],
        ["--uid", "x"],
        ["--uid", "0 0 0"],
        ["--uid", "0 1000 2,1 2000 1"],
        ["--gid", "0 4294967295 2"],
        ["--rlimit", "nonsense=1"],
        ["--rlimit", "nofile=2:1"],
        ["--umask", "1777777"],
        ["--env", "=value"],
        ["--cwd", ""],
        ["--cwd", "relative"],
        ["--hostname", ""],
        ["--hostname", "x" * 65],
        ["--propagation", "sideways"],
        ["--monotonic", "9999999999999999999"],
        ["--preserve-fd", "987"],
        ["--stdin", "/no/such/file"],
        ["--bind", ""],
        ["--tmpfs", ""],
        ["--config", "/no/such/file"],
        ["--bundle", "/no/such/directory"],
        ["--result", "/no/such/directory/file"],
        ["--net=/no/such/file"],
        ["--net=/dev/null"],
        ["--join-pid", "2147483647"],
    ],
)
def test_wrong_values_are_named(plain, arguments):
    error = plain.failure("execute", *arguments, "true")
    first, *others = error.splitlines()
    assert first.startswith("space: ")
    assert len(first) > len("space: ")
    assert all(line.startswith("space: hint: ") for line in others)


@pytest.mark.parametrize(
    "option, arguments, member",
    [
        # refused when they are set
        ("--uid", ["execute", "--uid", "0 1000"], "linux.uidMappings"),
        ("--uid", ["execute", "-M", "0 1000"], "linux.uidMappings"),
        ("--gid", ["execute", "--gid", "0 4294967295 2"], "linux.gidMappings"),
        ("--rlimit", ["execute", "--ulimit", "nonsense=1"], "process.rlimits"),
        ("--env", ["execute", "--env", "=value"], "process.env"),
        ("--cwd", ["execute", "--workdir", ""], "process.cwd"),
        ("--hostname", ["execute", "--hostname", ""], "hostname"),
        ("--propagation", ["execute", "--propagation", "sideways"], "linux.rootfsPropagation"),
        ("--mount", ["execute", "--mount", "type=tmpfs,target=/" + "x" * 5000], "mounts[0]"),
        # refused with the rest
        ("--uid", ["execute", "--share", "user", "--uid", "0 1000 1"], "linux.uidMappings"),
        ("--id", ["execute", "--share", "user", "-z"], "linux.uidMappings"),
        ("--map-auto", ["execute", "--share", "user", "--map-auto"], "linux.uidMappings"),
        ("--setgroups", ["execute", "--share", "user", "--setgroups", "deny"], "spaces.setgroups"),
        ("--process-group", ["execute", "--setsid", "--process-group", "0"], "spaces.processGroup"),
        ("--setuid", ["execute", "--id", "--setuid", "5"], "process.user.uid"),
        ("--setgid", ["execute", "--id", "--setgid", "5"], "process.user.gid"),
        ("--groups", ["execute", "--id", "--groups", "0,5"], "process.user.additionalGids[1]"),
        ("--hostname", ["execute", "--share", "uts", "--hostname", "x"], "hostname"),
        ("--domainname", ["execute", "--share", "uts", "--domainname", "x"], "domainname"),
        ("--boottime", ["execute", "--share", "time", "--boottime", "1"], "linux.timeOffsets"),
        ("--tmpfs", ["execute", "--share", "mount", "--tmpfs", "/mnt"], "mounts"),
        ("--bind", ["execute", "--share", "mount", "--tmpfs", "/a", "--bind", "/a"], "mounts"),
        ("--default-mounts", ["execute", "--share", "mount", "--default-mounts"], "spaces.defaultMounts"),
        ("--mount-proc", ["execute", "--share", "mount", "--mount-proc"], "spaces.mountProc"),
        (
            "--propagation",
            ["execute", "--share", "mount", "--propagation", "slave"],
            "linux.rootfsPropagation",
        ),
        ("--root", ["execute", "--share", "mount", "--root", "/"], "root"),
        ("--cwd", ["chroot", "--cwd", "relative", "/"], "process.cwd"),
        ("--stdin", ["execute", "--tty", "--stdin", "/dev/null"], "spaces.stdio.stdin"),
        ("ROOTFS", ["chroot", ""], "root.path"),
    ],
)
def test_what_the_specification_refuses_is_named_as_it_was_given(plain, option, arguments, member):
    error = json.loads(plain.failure(arguments[0], "--json", *arguments[1:], "true"))["error"]
    assert error["message"].startswith(f"{option}: {member}")
    assert error["object"].startswith(member)


def test_an_empty_program_is_named(plain):
    assert plain.failure("execute", "").startswith("space: PROGRAM: process.args: ")


def test_what_a_configuration_says_is_not_blamed_on_an_option(plain, directory):
    (directory / "config.json").write_text('{"hostname": ""}')
    error = plain.failure("execute", "--config", directory / "config.json", "--hostname", "x", "true")
    assert error.startswith("space: hostname: ")


@pytest.mark.parametrize(
    "word, likely",
    [("--hostnam", "--hostname"), ("--bidn", "--bind"), ("--timelimit", "--time-limit"), ("--uts1", "--uts")],
)
def test_a_likely_option_is_suggested(plain, word, likely):
    assert f'space: hint: did you mean "{likely}"?' in plain.failure("execute", word, "true")


def test_a_likely_command_is_suggested(plain):
    assert 'did you mean "inject"?' in plain.failure("injekt", "1", "true")


def test_control_characters_in_a_name_do_not_reach_the_terminal(plain):
    error = plain.failure("execute", "--no\x1b[2Jclear\n", "true")
    assert error.splitlines()[0] == 'space: unknown option "--no\\x1b[2Jclear\\x0a"'


def test_an_error_as_json(plain):
    done = plain.run("execute", "--json", "/no/such/program")
    assert done.returncode == 127
    error = json.loads(done.stderr)["error"]
    assert error["step"] == "exec"
    assert error["errno"] == 2
    assert error["name"] == "SPACES_ESETUP"
    assert "/no/such/program" in error["message"]
    assert set(error) == {
        "code",
        "name",
        "step",
        "index",
        "object",
        "system_call",
        "errno",
        "message",
        "hint",
    }


def test_a_wrong_command_line_as_json(plain):
    error = json.loads(plain.failure("execute", "--json", "--bogus", "true"))["error"]
    assert error["name"] == "SPACES_EINVALID"
    assert error["step"] == "command line"


def test_json_after_the_program_is_the_programs(plain):
    assert plain.failure("execute", "/no/such/program", "--json", status=127).startswith("space: ")


def test_names_need_not_be_utf8(plain):
    command = [*map(os.fsencode, plain.command), b"execute", b"--json", b"/no/\xff/program"]
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 127
    assert "\ufffd" in json.loads(done.stderr)["error"]["message"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"no_such_member": 1}', '{"process": {"args": "sh"}}', "\xff"]
)
def test_unreadable_configurations(plain, directory, text):
    (directory / "config.json").write_bytes(text.encode("latin-1"))
    for option in (["--config", directory / "config.json"], ["--bundle", directory]):
        assert plain.failure("execute", *option, "true").startswith("space: ")


@pytest.mark.parametrize(
    ("options", "error_number"), [(["--net=/no/such/file"], 2), (["--join-pid", "2147483647"], 3)]
)
def test_what_is_to_be_joined_and_is_not_there(plain, options, error_number):
    error = json.loads(plain.failure("execute", "--json", *options, "true"))["error"]
    assert error["name"] == "SPACES_ENOTFOUND"
    assert error["errno"] == error_number
    assert error["step"] == "setns"
    assert error["hint"]


def test_a_configuration_without_end_is_refused(plain):
    error = plain.failure("execute", "--config", "/dev/zero", "true")
    assert error == 'space: cannot read "/dev/zero": it is larger than 16 MiB\n'


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["help", "execute"], ["--version"], ["features"], ["explain", "execute", "true"]],
)
def test_an_output_that_cannot_be_written_is_a_failure(plain, arguments):
    with open("/dev/full", "w") as full:
        done = plain.run(*arguments, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 125
    assert done.stderr == "space: cannot write to the standard output: No space left on device\n"


def test_verbose_into_a_full_disk_keeps_the_programs_status(plain):
    with open("/dev/full", "w") as full:
        done = plain.run("execute", "-v", "sh", "-c", "exit 3", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 3
    assert "cannot write to the standard output" in done.stderr


def test_a_very_long_command_line(plain):
    arguments = ["x" * 1000] * 1000
    assert plain.output("execute", "sh", "-c", "echo $#", "sh", *arguments) == "1000\n"


def hint_of(done):
    """The hint of the one error that `space --json` has printed."""
    return json.loads(done.stderr)["error"]["hint"]


def test_where_too_many_descriptors_are_open_the_limit_is_named(plain):
    steps = set()
    for limit in range(4, 32):
        limited = Space(["prlimit", f"--nofile={limit}", *plain.command], {}, plain.is_root)
        done = limited.run("execute", "--json", "true")
        if done.returncode == 0:
            break
        steps.add(json.loads(done.stderr)["error"]["step"])
        assert "RLIMIT_NOFILE" in hint_of(done), done.stderr
    assert steps >= {"space", "channel", "clone"}


@pytest.mark.parametrize("limit, step", [(1, "clone"), (2, "supervise")])
def test_where_there_are_too_many_processes_the_limits_are_named(as_root, as_ordinary_user, limit, step):
    # What counts are the user's own processes, and this user has no other.
    identity = ["setpriv", "--reuid=64321", "--regid=64321", "--clear-groups", "prlimit", f"--nproc={limit}"]
    limited = Space([*identity, as_ordinary_user.command[-1]], as_ordinary_user.environment, is_root=False)
    done = limited.run("execute", "--json", "--time-limit", "60s", "true")
    assert json.loads(done.stderr)["error"]["step"] == step
    assert "RLIMIT_NPROC" in hint_of(done)
    assert "pids.max" in hint_of(done)


def test_both_limits_of_the_arguments_are_named(plain, directory):
    # No shell could pass it to `space` itself.
    config = {"process": {"args": ["/bin/true", "x" * 200_000]}}
    (directory / "config.json").write_text(json.dumps(config))
    done = plain.run("execute", "--json", "--config", directory / "config.json")
    assert json.loads(done.stderr)["error"]["errno"] == errno.E2BIG
    assert "128 KiB" in hint_of(done)
    assert "RLIMIT_STACK" in hint_of(done)


def test_a_directory_is_one_of_the_things_that_cannot_be_run(plain, directory):
    done = plain.run("execute", "--json", directory)
    assert json.loads(done.stderr)["error"]["errno"] == errno.EACCES
    assert hint_of(done).startswith("it is a directory, or ")


def test_an_empty_argv(binary):
    # execve(2) replaces an empty argv by one empty string since Linux 5.18.
    done = subprocess.run([""], executable=binary, capture_output=True, text=True)
    assert done.returncode == 125
    assert "no command is given" in done.stderr
