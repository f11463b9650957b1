"""--sandbox and --system-root: a program that is not trusted, and what it sees."""

import json
import os

import pytest
from console import Console


@pytest.fixture
def confined(space, directory):
    """The program with a place of its own for compiled filters."""
    runtime = directory / "runtime"
    space.output("execute", "mkdir", runtime)
    before = space.environment
    space.environment = {**before, "XDG_RUNTIME_DIR": str(runtime), "PATH": os.environ["PATH"]}
    yield space
    space.environment = before


def status_of(text):
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def test_a_sandbox_has_nothing_of_the_caller(confined):
    status = status_of(confined.output("execute", "--sandbox", "cat", "/proc/self/status"))
    assert {status[f"Cap{name}"] for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    script = "ls -A /home /root /run /var 2>/dev/null; echo x 2>/dev/null > /usr/x; hostname; pwd; tty; true"
    assert confined.output("execute", "--sandbox", "sh", "-c", script) == "sandbox\n/\nnot a tty\n"


def test_the_environment_is_empty_but_for_a_terminal(confined):
    done = confined.run("execute", "--sandbox", "env", env={"SECRET": "1", "TERM": "vt100"})
    assert set(done.stdout.splitlines()) == {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/tmp",
        "LANG=C.UTF-8",
        "TERM=vt100",
    }


def test_other_options_change_it_wherever_they_stand(confined, directory):
    (directory / "in").write_text("text\n")
    script = (
        "cat /data/in; echo result > /data/out; echo $NAME; hostname; grep -c 'core.*1024' /proc/self/limits"
    )
    options = ["--bind", f"{directory}:/data", "--env", "NAME=value", "--hostname", "other"]
    for before, after in ((options, ["--rlimit", "core=1024"]), (["--rlimit", "core=1024"], options)):
        text = confined.output("execute", *before, "--sandbox", *after, "sh", "-c", script)
        assert text == "text\nvalue\nother\n1\n"
        assert (directory / "out").read_text() == "result\n"
        (directory / "out").unlink()


def test_a_shared_network_is_the_callers(confined):
    text = confined.output("execute", "--sandbox", "--share", "net", "readlink", "/proc/self/ns/net")
    assert text.strip() == os.readlink("/proc/self/ns/net")


def test_a_terminal_of_its_own_may_be_had(confined):
    script = "tty; echo size: $(stty size); exit 3"
    command = [*confined.command, "execute", "--sandbox", "--tty", "sh", "-c", script]
    with Console(command, rows=33, columns=101, env=confined.environment) as console:
        console.expect("/dev/pts/0")
        console.expect("size: 33 101")
        assert console.wait() == 3


def test_explain_tells_what_it_comes_to(confined):
    plan = json.loads(confined.output("explain", "--json", "execute", "--sandbox", "true"))
    text = json.dumps(plan)
    for part in ("make a root directory in memory", "install the seccomp filter", "pids.max"):
        assert part in text
    assert ("become uid 65534" in text) == confined.is_root


def test_a_system_root_is_the_system_and_no_more(confined):
    script = "exec 2>&-; cd /; echo *; touch /x && echo writable; touch /usr/x || echo refused"
    text = confined.output("execute", "--id", "--mnt", "--system-root", "sh", "-c", script)
    names, *rest = text.splitlines()
    assert set(names.split()) <= {
        "bin",
        "etc",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "opt",
        "sbin",
        "usr",
        "nix",
        "gnu",
    }
    assert {"usr", "etc"} <= set(names.split())
    assert rest == ["writable", "refused"]


def test_a_system_root_is_no_other_root(confined, directory):
    done = confined.run("inject", "--sandbox", os.getpid(), "true")
    assert done.returncode == 125
    assert "--sandbox" in done.stderr
    done = confined.run("execute", "--sandbox", "--no-pivot", "true")
    assert done.returncode == 125
    assert "chroot" in done.stderr


def test_two_root_directories_are_refused(space):
    for options in (["--system-root", "--root", "/"], ["--root", "/", "--system-root"]):
        assert "two root directories" in space.failure("execute", *options, "true")


def test_no_proc_is_none_beside_the_default_mounts(confined):
    script = "set -- /proc/*; echo $1"
    options = ["--sandbox", "--no-mount-proc"]
    assert confined.output("execute", *options, "sh", "-c", script) == "/proc/*\n"


def test_a_limit_of_memory_holds_for_files_too(confined):
    script = "grep ' /tmp ' /proc/self/mounts"
    text = confined.output("execute", "--sandbox", "--memory", "64M", "sh", "-c", script)
    assert "size=65536k" in text


def test_what_is_no_size_is_refused_before_anything_is_made(space):
    assert '"abc" is no value for memory.max' in space.failure("execute", "--memory", "abc", "true")


def test_verbose_tells_what_this_host_does_not_have(confined, directory):
    done = confined.run("execute", "-v", "--sandbox", "--result", directory / "result", "true")
    degraded = json.loads((directory / "result").read_text()).get("degraded", [])
    assert done.stderr.splitlines() == [f"space: degraded: {line}" for line in degraded]


@pytest.mark.parametrize("name", ["user", "mnt", "uts"])
def test_what_a_sandbox_needs_cannot_be_shared(space, name):
    assert "--share" in space.failure("execute", "--sandbox", "--share", name, "true")
