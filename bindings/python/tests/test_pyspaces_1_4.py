"""What was wrong in pyspaces 1.4, one by one, and the programs of its own tests."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from pyspaces import Chroot, Container, Error, Inject, setns
from support import GID_MAP, ROOT, UID_MAP, UNPRIVILEGED, call, namespaces, needs_root, output, pause, paused


def execute(argv):
    os.execvp(argv[0], argv)


def run(container):
    container.start()
    container.join()
    assert container.exitcode == 0
    container.close()


# --- Its faults -------------------------------------------------------------------------------------------


def test_a_map_as_text_works():
    assert call(os.getuid, uid_map=UID_MAP, newuser=True) == 0


def test_inject_and_setns_join_more_than_one_namespace():
    with paused(all=True) as container:
        theirs = namespaces(container.pid)
        assert (
            call(namespaces, container=lambda **options: Inject(container.pid, **options), all=True) == theirs
        )
        assert setns(container.pid, all=True).run(namespaces) == theirs


@needs_root
def test_setns_without_the_user_namespace_works():
    with paused(net=True) as container, setns(container.pid, net=True):
        assert namespaces("thread-self")["net"] == namespaces(container.pid)["net"]


def test_join_with_timeout_does_not_wait_for_the_end():
    with paused(newuser=True) as container:
        start = time.monotonic()
        container.join(timeout=0.1)
        assert time.monotonic() - start < 2
        assert container.is_alive()


def test_close_works():
    container = Container(target=int, newuser=True)
    container.start()
    container.join()
    container.close()


def test_daemonize_and_redirection_work(tmp_path):
    container = Container(
        target=execute,
        args=(["sh", "-c", "echo out; echo err >&2; read x"],),
        stdin=os.devnull,
        stdout=str(tmp_path / "out"),
        stderr=str(tmp_path / "err"),
    )
    container.start()
    container.join()
    assert (tmp_path / "out").read_text() == "out\n"
    assert (tmp_path / "err").read_text() == "err\n"
    container.close()

    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    container = Container(target=lambda: fifo.write_text("alive"), daemonize=True)
    run(container)
    assert fifo.read_text() == "alive"


def test_the_exit_code_is_that_of_the_program():
    container = Container(target=execute, args=(["sh", "-c", "exit 3"],), newuser=True)
    container.start()
    container.join()
    assert container.exitcode == 3
    container.close()


def test_inject_enters_the_pid_namespace_itself():
    with paused(all=True) as container:
        assert call(os.getpid, container=lambda **options: Inject(container.pid, **options)) < 100


def test_mounts_do_not_leak_to_the_host():
    text = output(
        "sh",
        "-c",
        "mount -t tmpfs none /tmp && grep -c ' /tmp ' /proc/self/mountinfo",
        newns=True,
        **UNPRIVILEGED,
    )
    assert int(text) >= 1
    # and the fixture finds the mounts of this process unchanged


def test_an_error_says_what_and_why():
    with pytest.raises(Error) as caught:
        Container(target=int, newuser=True, uid_map="0 4294967294 1" if not ROOT else "0 0 1,0 1 1").start()
    assert caught.value.step
    assert "uid" in str(caught.value)


# --- The programs of its tests ----------------------------------------------------------------------------

LIST = "mount -t proc proc /proc; ps ax"


def processes(text):
    """The lines of ps, below its headline."""
    return [line.split(None, 4)[4] for line in text.splitlines()[1:]]


@pytest.mark.parametrize(
    "options",
    [{"newpid": True, "newuser": True, "newns": True}, {"all": True}, {"all": True, "net": False}],
    ids=str,
)
@pytest.mark.parametrize("init", [True, False])
def test_basic_container(capfd, options, init):
    run(Container(target=execute, args=(("bash", "-c", LIST),), uid_map=UID_MAP, init=init, **options))
    inside = processes(capfd.readouterr().out)
    # bash may make its last command of itself.
    assert [command for command in inside if command != "bash -c " + LIST] == ["spaces-init"] * init + [
        "ps ax"
    ]


def test_basic_chroot(capfd, rootfs):
    run(Chroot(target=execute, args=(("/bin/ls", "/home/"),), uid_map=True, newpid=True, path=rootfs))
    assert capfd.readouterr().out == "somebody\n"


def test_all_inject(capfd):
    with paused(uid_map=UID_MAP.split()[1], gid_map=GID_MAP, all=True) as container:
        run(Inject(target=execute, args=(("bash", "-c", "id"),), target_pid=container.pid, all=True))
    assert capfd.readouterr().out.split()[:2] == ["uid=0(root)", "gid=0(root)"]


def test_not_all_inject(capfd):
    with paused(uid_map=UID_MAP, all=True, net=False) as container:
        run(
            Inject(
                target=execute, args=(("readlink", "/proc/self/ns/net"),), target_pid=container.pid, all=True
            )
        )
    assert capfd.readouterr().out == os.readlink("/proc/self/ns/net") + "\n"


def test_all_setns():
    with paused(uid_map=UID_MAP, all=True) as container:
        text = setns(container.pid, all=True).run(subprocess.check_output, "id", shell=True, text=True)
    assert text.split()[0] == "uid=0(root)"


def test_modules_and_names_that_programs_import():
    from pyspaces import cloning, process
    from pyspaces.cloning import CLONE_NEWPID
    from pyspaces.process import Container as FromProcess
    from pyspaces.setns import setns as from_setns

    assert FromProcess is Container
    assert process.Inject is Inject
    assert from_setns is setns
    assert cloning.CLONE_NEWUSER | CLONE_NEWPID == 0x30000000


def test_attributes_that_programs_read():
    container = Container(
        target=pause,
        args=(1,),
        kwargs={"a": 2},
        uid_map=UID_MAP,
        gid_map=GID_MAP,
        newpid=True,
        rootdir="/",
        proc="/proc",
        stdin="/dev/null",
    )
    assert container.uid_map == UID_MAP
    assert container.gid_map == GID_MAP
    assert container.map_zero is False
    assert container.proc == "/proc"
    assert container.clone_flags == 0x20000000
    assert container.kwargs["target"] is pause
    assert container.kwargs["args"] == (1,)
    assert container.kwargs["kwargs"] == {"a": 2}
    assert container.kwargs["rootdir"] == "/"
    assert container.kwargs["workdir"] == "/"
    assert container.kwargs["stdin"] == "/dev/null"
