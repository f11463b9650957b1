"""--seccomp: a program with a filter, and what is said of it."""

import json
import os
import stat

import pytest

from conftest import running_container

REFUSING_MKDIR = {
    "defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 30}],
}
KILLING_MKDIR = {
    "defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}],
}


@pytest.fixture
def profile(directory):
    def write(content):
        path = directory / "profile.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


@pytest.fixture
def runtime(space, directory):
    """Where filters are kept, of the user who runs the program."""
    path = directory / "runtime"
    space.output("execute", "mkdir", path)
    return {"XDG_RUNTIME_DIR": str(path), "PATH": os.environ["PATH"]}


def test_the_default_profile_lets_programs_run_but_make_no_namespaces(space, runtime):
    options = ["--user", "--no-new-privs", "--seccomp", "default"]
    assert space.output("execute", *options, "sh", "-c", "echo a | cat", env=runtime) == "a\n"
    done = space.run("execute", *options, "unshare", "--mount", "true", env=runtime)
    assert done.returncode != 0
    assert "Operation not permitted" in done.stderr


def test_a_profile_of_oci_is_read_from_a_file(space, runtime, profile, directory):
    options = ["--no-new-privs", "--seccomp", profile(REFUSING_MKDIR)]
    done = space.run("execute", *options, "mkdir", directory / "made", env=runtime)
    assert "Read-only file system" in done.stderr
    done = space.run("execute", *options, "--seccomp", "none", "mkdir", directory / "made", env=runtime)
    assert done.returncode == 0


def test_what_ends_the_program_is_told_where_it_is_asked_for(space, runtime, profile, directory):
    result = directory / "result"
    options = ["--no-new-privs", "--seccomp", profile(KILLING_MKDIR)]
    done = space.run("execute", *options, "mkdir", directory / "made", env=runtime)
    assert (done.returncode, done.stderr) == (128 + 31, "")
    done = space.run(
        "execute", *options, "--seccomp-report", "--result", result, "mkdir", directory / "made", env=runtime
    )
    assert done.returncode == 128 + 31
    assert done.stderr == "space: the seccomp filter has refused mkdir\n"
    told = json.loads(result.read_text())
    assert (told["cause"], told["systemCall"]) == ("seccomp", "mkdir")


def test_compiled_filters_are_kept_for_the_user_alone(space, runtime):
    space.output("execute", "--no-new-privs", "--seccomp", "default", "true", env=runtime)
    kept = os.path.join(runtime["XDG_RUNTIME_DIR"], "spaces", "seccomp")
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o700
    assert len(os.listdir(kept)) == 1
    space.output("execute", "--no-new-privs", "--seccomp", "default", "true", env=runtime)
    assert len(os.listdir(kept)) == 1


def test_a_place_that_cannot_be_used_is_no_error(space, runtime):
    os.chmod(runtime["XDG_RUNTIME_DIR"], 0o500)
    space.output("execute", "--no-new-privs", "--seccomp", "default", "true", env=runtime)


def test_the_place_of_another_user_is_left_alone(as_ordinary_user, directory):
    environment = {"XDG_RUNTIME_DIR": str(directory / "other"), "PATH": os.environ["PATH"]}
    (directory / "other").mkdir(mode=0o777)
    (directory / "other").chmod(0o777)
    if os.geteuid() != 0:
        pytest.skip("only root can make a directory of another user")
    as_ordinary_user.output("execute", "--no-new-privs", "--seccomp", "default", "true", env=environment)
    assert list((directory / "other").iterdir()) == []


def test_errors_name_file_and_member(plain, profile):
    assert 'cannot open "/nonexistent"' in plain.failure("execute", "--seccomp", "/nonexistent", "true")
    wrong = profile({"defaultAction": "SCMP_ACT_PERHAPS"})
    assert "SCMP_ACT_PERHAPS" in plain.failure("execute", "--seccomp", wrong, "true")
    assert "no JSON" in plain.failure("execute", "--seccomp", profile("{"), "true")
    assert "docker" in plain.failure(
        "execute", "--seccomp", profile({"defaultAction": "SCMP_ACT_ALLOW", "archMap": []}), "true"
    )
    nothing = profile({"defaultAction": "SCMP_ACT_KILL"})
    assert "execve" in plain.failure("execute", "--no-new-privs", "--seccomp", nothing, "true")


def test_an_ordinary_user_is_told_what_a_filter_needs(as_ordinary_user):
    environment = {"PATH": os.environ["PATH"]}
    done = as_ordinary_user.run("execute", "--seccomp", "default", "true", env=environment)
    assert done.returncode == 125
    assert "cannot install the seccomp filter" in done.stderr
    assert "--no-new-privs" in done.stderr


def test_explain_tells_of_the_filter_and_what_is_ignored(plain, profile):
    rule = {"names": ["mkdir", "no_such_call"], "action": "SCMP_ACT_ERRNO"}
    with_unknown = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}
    shown = plain.output("explain", "execute", "--seccomp", profile(with_unknown), "true")
    assert "install the seccomp filter" in shown
    assert "instructions" in shown
    assert "ignored: no_such_call" in shown


def test_explain_prints_the_filter_itself(plain, profile):
    default = json.loads(
        plain.output("explain", "--seccomp", "--json", "execute", "--seccomp", "default", "true")
    )
    assert default["defaultAction"] == "SCMP_ACT_ERRNO"
    assert any("read" in rule["names"] for rule in default["syscalls"])
    code = plain.output("explain", "--seccomp", "execute", "--seccomp", profile(REFUSING_MKDIR), "true")
    assert "mkdir" in code
    assert "there is no seccomp filter" in plain.failure("explain", "--seccomp", "execute", "true")


def test_oci_has_the_profile_and_no_place_of_compiled_ones(plain, profile):
    config = json.loads(
        plain.output("explain", "--oci", "execute", "--seccomp", profile(REFUSING_MKDIR), "true")
    )
    assert config["linux"]["seccomp"] == REFUSING_MKDIR
    assert "seccompCache" not in config.get("spaces", {})
    config = json.loads(plain.output("explain", "--oci", "execute", "--seccomp", "default", "true"))
    assert config["spaces"]["seccomp"] == "default"


def test_inject_gives_the_program_a_filter(space, runtime, profile, directory):
    with running_container(space) as pid:
        done = space.run(
            "inject", "--seccomp", profile(REFUSING_MKDIR), pid, "mkdir", directory / "made", env=runtime
        )
        assert "Read-only file system" in done.stderr
