"""Chroot, and rootdir of Container."""

from __future__ import annotations

import os

import pytest

from pyspaces import Chroot, Container
from support import UID_MAP, call, changed, namespaces, needs_root, output


def listing():
    return sorted(os.listdir("/"))


def expected(rootfs):
    return sorted(os.listdir(rootfs))


def chroot(rootfs):
    """Chroot with the signature of Container, for call()."""
    return lambda target, args, **options: Chroot(rootfs, target, args, **options)


def test_a_callable(rootfs):
    assert call(listing, container=chroot(rootfs)) == expected(rootfs)


def test_it_has_new_user_and_mount_namespaces():
    assert changed(call(namespaces, container=chroot("/"))) == {"user", "mnt"}


def test_more_namespaces(rootfs):
    assert call(os.getpid, container=chroot(rootfs), newpid=True, init=False) == 1


def test_an_id_map(rootfs):
    assert call(os.getuid, container=chroot(rootfs), uid_map=UID_MAP) == 0


def test_the_working_directory_is_the_root_unless_told(rootfs):
    assert call(os.getcwd, container=chroot(rootfs)) == "/"
    assert call(os.getcwd, container=chroot(rootfs), workdir="/home/somebody") == "/home/somebody"


def test_arguments_by_name_as_in_pyspaces(rootfs, capfd):
    container = Chroot(
        target=os.execvp, args=("/bin/ls", ["/bin/ls", "/home/"]), path=rootfs, uid_map=True, newpid=True
    )
    container.start()
    container.join()
    assert container.exitcode == 0
    assert capfd.readouterr().out == "somebody\n"
    container.close()


def test_a_program(rootfs, capfd):
    container = Chroot(rootfs, argv=["sh", "-c", "pwd; ls /home"])
    container.start()
    container.join()
    assert container.exitcode == 0
    assert capfd.readouterr().out == "/\nsomebody\n"
    container.close()


def test_nothing_of_the_old_root_is_left(rootfs):
    text = output("cat", "/proc/self/mountinfo", rootdir=rootfs, newuser=True, newns=True, newpid=True)
    assert len(text.splitlines()) <= 3
    assert text.splitlines()[0].split()[4] == "/"


@needs_root
def test_without_namespaces_it_is_chroot(rootfs):
    assert call(listing, rootdir=rootfs) == expected(rootfs)
    assert changed(call(namespaces, rootdir="/")) == set()


def test_by_chroot_on_request(rootfs):
    assert call(listing, container=chroot(rootfs), pivot_root=False) == expected(rootfs)


def test_what_is_missing_is_told(rootfs):
    with pytest.raises(FileNotFoundError, match="nonexistent"):
        Chroot("/nonexistent", argv=["sh"]).start()
    with pytest.raises(FileNotFoundError, match="/missing"):
        Chroot(rootfs, argv=["sh"], workdir="/missing").start()
    with pytest.raises(FileNotFoundError, match="bash"):
        Chroot(rootfs, argv=["bash"]).start()


def test_run_of_a_subclass(rootfs):
    class List(Chroot):
        def run(self):
            os._exit(len(os.listdir("/")))

    container = List(rootfs)
    container.start()
    container.join()
    assert container.exitcode == len(os.listdir(rootfs))
    container.close()


def test_false_is_no_root_directory():
    assert call(listing, rootdir=False, workdir=False) == expected("/")
    assert isinstance(Chroot("/", int), Container)
