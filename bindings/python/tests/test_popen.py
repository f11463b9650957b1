"""Popen, run() and the like: isolation, seen from inside and outside; the end, and what is left of it."""

from __future__ import annotations

import contextlib
import gc
import os
import pathlib
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
import warnings

import pytest

import pyspaces
from pyspaces import Container, Popen, check_call, check_output, run
from pyspaces.subprocess import DEVNULL, PIPE, CalledProcessError, CompletedProcess, TimeoutExpired
from support import NAMESPACES, ROOT, changed, needs_root, needs_user, paused, run_script

LOOK = f"import os; print({{n: os.stat('/proc/self/ns/' + n).st_ino for n in {NAMESPACES!r}}})"


def look(**options):
    """In which namespaces a program is not in this process'."""
    return changed(eval(check_output([sys.executable, "-c", LOOK], text=True, **options)))


def output(*argv, **options):
    return check_output(argv, text=True, **options).rstrip("\n")


def open_descriptors():
    return sorted(os.listdir("/proc/self/fd"))


# --- Isolation --------------------------------------------------------------------------------------------


def test_without_options_everything_is_shared():
    assert look() == set()


def test_all_namespaces():
    assert look(all=True) == set(NAMESPACES)


@pytest.mark.parametrize("name", [name for name in NAMESPACES if name != "user"])
def test_each_namespace_by_both_names(name):
    other = {"mnt": "newns"}.get(name, "new" + name)
    for option in name, other:
        assert look(newuser=True, **{option: True}) == {"user", name}


def test_all_but_one():
    assert look(all=True, net=False) == set(NAMESPACES) - {"net"}


def test_user_is_the_user_and_newuser_the_namespace():
    assert look(newuser=True) == {"user"}
    assert output("id", "-u", newuser=True) == "0"
    assert output("id", "-u", user=os.getuid()) == str(os.getuid())


def test_an_id_map():
    ids = "0 100000 10" if ROOT else f"7 {os.getuid()} 1"
    groups = "0 100000 10" if ROOT else f"7 {os.getgid()} 1"
    assert output("id", "-u", uid_map=ids, gid_map=groups, user=7, group=7) == "7"


@needs_root
def test_groups_are_those_of_the_new_user_namespace():
    assert output("id", "-G", uid_map="0 100000 10", gid_map="0 100000 10", user=5) == "0"


def test_names_of_users_are_looked_up_here(rootfs):
    import pwd

    me = pwd.getpwuid(os.getuid()).pw_name
    assert output("id", "-u", rootdir=rootfs, newns=True, uid_map="self", gid_map="self", user=me) == str(
        os.getuid()
    )


def test_a_container_to_join():
    with paused(newuser=True, uts=True, hostname="other") as container:
        assert output("hostname", newuser=container, uts=container) == "other"


def test_hostname():
    assert output("hostname", newuser=True, newuts=True, hostname="isolated") == "isolated"
    assert socket.gethostname() != "isolated"


def test_its_own_processes():
    assert output("sh", "-c", "echo $$; ls -d /proc/[0-9]*", all=True).split()[0] == "2"
    assert output("sh", "-c", "echo $$", all=True, init=False) == "1"


def test_mounts(tmp_path):
    (tmp_path / "file").write_text("inside")
    assert output("cat", "/mnt/file", newuser=True, newns=True, mounts=[(tmp_path, "/mnt")]) == "inside"
    assert not os.path.exists("/mnt/file")


def test_a_root_directory(rootfs):
    shown = output("ls", "/", rootdir=rootfs, newuser=True, newns=True)
    assert shown.split() == sorted(os.listdir(rootfs))


def test_a_program_of_the_new_root_is_searched_in_its_path(rootfs):
    script = pathlib.Path(rootfs, "tmp/only-here")
    script.write_text("#!/bin/sh\necho found\n")
    script.chmod(0o755)
    isolation = {"rootdir": rootfs, "newuser": True, "newns": True}
    assert output("only-here", env={"PATH": "/tmp"}, **isolation) == "found"
    assert output("x", executable="/tmp/only-here", **isolation) == "found"
    assert output("pwd", cwd="/home/somebody", **isolation) == "/home/somebody"
    assert output("pwd", **isolation) == "/"


@pytest.mark.parametrize(
    ("options", "filename"),
    [
        ({"args": ["/usr/bin/python3"]}, "/usr/bin/python3"),
        ({"args": ["no-such-program"]}, "no-such-program"),
        ({"args": ["sh"], "executable": b"/usr/bin/env"}, b"/usr/bin/env"),
        ({"args": ["true"], "cwd": pathlib.Path("/usr")}, pathlib.Path("/usr")),
    ],
)
def test_what_is_missing_in_the_new_root(rootfs, options, filename):
    with pytest.raises(FileNotFoundError) as caught:
        run(rootdir=rootfs, newuser=True, newns=True, **options)
    error = caught.value
    assert isinstance(error, pyspaces.Error)
    assert error.filename == filename
    assert error.strerror == "No such file or directory"
    assert error.step == ("chdir" if "cwd" in options else "exec")
    assert str(filename if isinstance(filename, pathlib.Path) else os.fsdecode(filename)) in str(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.filename, copy.errno, copy.step, str(copy)) == (
        filename,
        error.errno,
        error.step,
        str(error),
    )


def test_other_errors_of_the_new_root(rootfs):
    isolation = {"rootdir": rootfs, "newuser": True, "newns": True}
    pathlib.Path(rootfs, "tmp/data").write_text("x")
    with pytest.raises(PermissionError):
        run(["/tmp/data"], **isolation)
    with pytest.raises(NotADirectoryError):
        run(["true"], cwd="/tmp/data", **isolation)
    with pytest.raises(FileNotFoundError, match="/nonexistent"):
        run(["true"], rootdir="/nonexistent", newuser=True, newns=True)


@needs_user
def test_what_a_user_may_not_says_the_cure():
    with pytest.raises(PermissionError) as caught:
        run(["true"], newnet=True)
    assert "user namespace" in caught.value.hint


def test_limits():
    assert output("sh", "-c", "ulimit -n", rlimits={"NOFILE": 50}) == "50"
    assert output("grep", "NoNewPrivs", "/proc/self/status", no_new_privs=True).endswith("1")
    assert output("cat", "/proc/self/oom_score_adj", oom_score_adj=999) == "999"


def test_a_time_limit():
    completed = run(["sleep", "100"], time_limit=0.1)
    assert completed.returncode == -signal.SIGTERM
    assert completed.result.cause == "time-limit"
    with pytest.raises(CalledProcessError, match="time limit"):
        check_call(["sleep", "100"], time_limit=0.1, all=True)


def test_a_configuration():
    config = {"ociVersion": "1.0.2", "process": {"cwd": "/usr", "env": ["ONLY=this"], "args": ["false"]}}
    assert output("sh", "-c", "pwd; echo $ONLY", spec=config, executable="/bin/sh") == "/usr\nthis"
    assert output("/bin/sh", "-c", "pwd; echo $ONLY", spec=config, cwd="/", env={"ONLY": "mine"}) == "/\nmine"


def test_a_terminal():
    with Popen(
        ["sh", "-c", "tty > /dev/null && stty size"], terminal=True, terminal_size=(33, 99)
    ) as process:
        assert process.terminal.read(1000) == b"33 99\r\n"
    assert process.terminal.closed
    with pytest.raises(ValueError, match="stdout: with terminal=True"):
        Popen(["true"], terminal=True, stdout=PIPE)


def test_dying_with_the_parent():
    result = run_script(
        """
        import os, pyspaces
        process = pyspaces.Popen(["sleep", "100"], die_with_parent=True, stdout=pyspaces.subprocess.DEVNULL)
        print(process.pid, flush=True)
        os._exit(0)
        """
    )
    pid = int(result.stdout)
    with contextlib.suppress(ProcessLookupError):
        pidfd = os.pidfd_open(pid)
        import select

        assert select.select([pidfd], [], [], 30)[0]
        os.close(pidfd)


# --- Arguments --------------------------------------------------------------------------------------------


def test_preexec_fn_is_refused():
    with pytest.raises(ValueError, match=r"preexec_fn.*Container"):
        Popen(["true"], preexec_fn=lambda: None, stdin=PIPE, stdout=PIPE)


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("workdir", "cwd"),
        ("uid", "user"),
        ("groups", "extra_groups"),
        ("target", "Container"),
        ("argv", "args"),
    ],
)
def test_what_container_calls_otherwise(name, instead):
    with pytest.raises(TypeError, match=f"{name} .*{instead}"):
        Popen(["true"], **{name: None})


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"hostname": ""}, ValueError, "hostname"),
        ({"newpid": 7}, ValueError, "pid=7"),
        ({"uid_map": "nonsense"}, ValueError, "nonsense"),
        ({"time_limit": 0}, ValueError, "time_limit"),
        ({"rlimits": [1]}, TypeError, "rlimits"),
        ({"unknown": 1}, TypeError, "unknown"),
        ({"pass_fds": {2: 0}}, ValueError, "pass_fds"),
        ({"flags": 0x100}, ValueError, "CLONE_VM"),
    ],
)
def test_wrong_isolation_is_refused_by_name(options, error, text):
    with pytest.raises(error, match=text):
        Popen(["true"], stdin=PIPE, stdout=PIPE, stderr=PIPE, **options)


def passed_on(**options):
    """The descriptors that a program starts with."""
    return set(map(int, output("sh", "-c", "ls /proc/$$/fd", **options).split()))


def is_inheritable(fd):
    with contextlib.suppress(OSError):
        return os.get_inheritable(fd)
    return False


def test_descriptors():
    reader, writer = os.pipe()
    try:
        plain = passed_on()
        assert passed_on(pass_fds=[writer]) == plain | {writer}
        inheritable = {fd for fd in map(int, open_descriptors()) if is_inheritable(fd)}
        assert passed_on(close_fds=False) == plain | inheritable
        os.set_inheritable(writer, True)
        assert passed_on(close_fds=False) == plain | inheritable | {writer}
        assert passed_on() == plain
        run(["sh", "-c", "echo there >&9"], pass_fds={9: writer}, check=True)
        assert os.read(reader, 100) == b"there\n"
        with pytest.warns(RuntimeWarning, match="pass_fds"):
            assert passed_on(pass_fds=[writer], close_fds=False) == plain | {writer}
    finally:
        os.close(reader)
        os.close(writer)


def test_it_is_generic():
    assert Popen[str].__origin__ is Popen
    assert CompletedProcess[bytes].__origin__ is CompletedProcess


# --- The end ----------------------------------------------------------------------------------------------


def test_the_result():
    process = Popen(["sh", "-c", "exit 3"])
    assert process.result is None or process.returncode == 3
    assert process.wait() == 3
    assert process.result.cause == "exited"
    assert process.result.exit_code == 3

    completed = run(["sh", "-c", "kill -9 $$"], all=True)
    assert isinstance(completed, subprocess.CompletedProcess)
    assert completed.returncode == -9
    assert (completed.result.cause, completed.result.signal) == ("signaled", 9)
    assert completed.result.peak_memory > 0
    with pytest.raises(subprocess.CalledProcessError) as caught:
        completed.check_returncode()
    assert caught.value.result is completed.result
    assert pickle.loads(pickle.dumps(caught.value)).result == completed.result


@pytest.mark.parametrize("function", [run, check_call, check_output])
def test_errors_have_the_result(function):
    check = {"check": True} if function is run else {}
    with pytest.raises(subprocess.CalledProcessError) as caught:
        function(["sh", "-c", "exit 5"], all=True, **check)
    assert caught.value.result.exit_code == 5
    assert "status 5" in str(caught.value)


def test_killing_it():
    with Popen(["sh", "-c", "echo; exec sleep 100"], stdout=PIPE, all=True) as process:
        process.stdout.readline()
        process.terminate()
        assert process.wait(30) == -signal.SIGTERM
    assert process.result.cause == "killed"
    process.kill()
    process.send_signal(signal.SIGTERM)
    process.kill_all()


def test_killing_everything():
    script = "trap '' TERM; sleep 100 & echo; wait; sleep 100"
    with Popen(["sh", "-c", script], stdout=PIPE, all=True) as process:
        process.stdout.readline()
        process.kill_all()
        assert process.stdout.read() == b""  # the sleep, which holds it too, has ended
        assert process.wait(30) == -signal.SIGKILL


def test_the_pid_is_a_child_of_this_process():
    for options in {}, {"all": True}, {"time_limit": 100}:
        with Popen(["cat"], stdin=PIPE, **options) as process:
            assert f"PPid:\t{os.getpid()}\n" in pathlib.Path(f"/proc/{process.pid}/status").read_text()


def test_a_wrong_signal():
    with Popen(["cat"], stdin=PIPE) as process:
        with pytest.raises((OSError, ValueError)):
            process.send_signal(12345)
        with pytest.raises(TypeError):
            process.send_signal("TERM")


def test_timeouts():
    reader, writer = os.pipe()
    with Popen("echo early; read x <&9", shell=True, stdout=PIPE, pass_fds={9: reader}, all=True) as process:
        os.close(reader)
        for timeout in 0, 0.05, -1:
            with pytest.raises(TimeoutExpired):
                process.wait(timeout)
        for _ in range(2):
            with pytest.raises(TimeoutExpired):
                process.communicate(timeout=0.05)
        assert process.poll() is None
        os.close(writer)
        assert process.communicate(timeout=30) == (b"early\n", None)
        assert process.wait(1e10) == 1


def test_a_timeout_ends_what_it_has_started():
    """In a pid namespace of its own nothing is left that could hold the pipe open."""
    with pytest.raises(TimeoutExpired) as caught:
        run("echo before; sleep 100 & wait", shell=True, stdout=PIPE, timeout=1, all=True)
    assert caught.value.output == b"before\n"


def test_a_mebibyte_both_ways():
    data = os.urandom(1 << 20)
    completed = run(["tee", "/dev/stderr"], input=data, capture_output=True, all=True)
    assert completed.stdout == data
    assert completed.stderr == data
    text = "zeile ü\n" * (1 << 17)
    assert check_output(["cat"], input=text, text=True, encoding="utf-8", all=True) == text


def test_lost_statuses():
    """As subprocess: 0, but not silently. A kernel that keeps the status knows better."""
    result = run_script(
        """
        import signal, warnings, pyspaces
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            print(pyspaces.run(["sh", "-c", "exit 3"]).returncode, len(caught))
            print(pyspaces.run(["sh", "-c", "exit 3"], newuser=True, newpid=True).returncode)
        """
    )
    assert result.stderr == ""
    plain, with_init = result.stdout.splitlines()
    assert plain in ("0 1", "3 0")
    assert with_init == "3"


def test_a_keyboard_interrupt_kills_the_program():
    result = run_script(
        """
        import os, signal, threading, pyspaces
        reader, writer = os.pipe()
        tell = f"echo >&{writer}; exec sleep 100"

        def interrupt():
            os.read(reader, 1)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        for call in (
            lambda: pyspaces.run(["sh", "-c", tell], pass_fds=[writer]),
            lambda: pyspaces.call(f"{tell} & wait", shell=True, pass_fds=[writer], all=True),
            lambda: pyspaces.check_output(["sh", "-c", tell], pass_fds=[writer]),
        ):
            threading.Thread(target=interrupt).start()
            try:
                call()
            except KeyboardInterrupt:
                print("interrupted")
            with open("/proc/thread-self/children") as children:
                assert children.read() == "", call
        """
    )
    assert result.stderr == ""
    assert result.stdout.split() == ["interrupted"] * 3


@pytest.mark.parametrize("isolation", [{}, {"newuser": True, "newpid": True, "newns": True}])
def test_threads(isolation):
    failures = []

    def work():
        try:
            for i in range(50):
                text = f"{threading.get_ident()} {i}"
                completed = run(["echo", text], capture_output=True, text=True, **isolation)
                assert (completed.returncode, completed.stdout) == (0, text + "\n")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_threads_that_wait_for_one_process():
    process = Popen(["cat"], stdin=PIPE, all=True)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(process.wait())) for _ in range(8)]
    for thread in threads:
        thread.start()
    process.stdin.close()
    for thread in threads:
        thread.join(30)
    assert seen == [0] * 8


def test_a_signal_handler_may_poll():
    """Wherever it interrupts, also while the status is being taken over."""
    result = run_script(
        """
        import signal, pyspaces
        processes = []

        def poll(*_):
            for process in processes:
                process.poll()

        signal.signal(signal.SIGCHLD, poll)
        signal.signal(signal.SIGALRM, poll)
        signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
        for i in range(200):
            processes[:] = [pyspaces.Popen(["sh", "-c", f"exit {i}"])]
            assert processes[0].wait() == i, (i, processes[0].returncode)
            assert processes[0].result.exit_code == i
        signal.setitimer(signal.ITIMER_REAL, 0)
        """
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_nothing_is_left():
    before = open_descriptors()
    run(["true"], capture_output=True, all=True)
    ended = [Popen(["true"]) for _ in range(20)]
    for process in ended:
        process.wait()
    assert open_descriptors() == before  # though the objects live
    for wrong in {"args": ["nonexistent"]}, {"args": ["true"], "cwd": "/nonexistent"}, {"args": ["a\0"]}:
        with pytest.raises((OSError, ValueError)):
            run(capture_output=True, stdin=PIPE, all=True, **wrong)
    assert open_descriptors() == before


def test_forgotten_ones_are_reaped_by_the_next():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        process = Popen(["cat"], stdin=PIPE)
        stdin, pid = process.stdin, process.pid
        del process
        gc.collect()
    assert f"subprocess {pid} is still running" in str(caught[0].message)
    stdin.close()
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    run(["true"])
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_containers_and_programs_side_by_side():
    with Popen(["cat"], stdin=PIPE, stdout=PIPE, all=True) as process:
        container = Container(argv=["true"])
        container.start()
        container.join(30)
        assert container.exitcode == 0
        container.close()
        assert process.communicate(b"x") == (b"x", None)


def test_the_limit_of_memory():
    limit = 1 << 30
    hungry = [sys.executable, "-c", f"x = bytearray({limit})"]
    completed = run(hungry, rlimits={"AS": limit // 2}, stderr=PIPE, env={**os.environ})
    assert b"MemoryError" in completed.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != limit // 2


def test_devnull():
    assert output("cat", stdin=DEVNULL) == ""
