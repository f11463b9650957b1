"""What a process finds in its file system: mounts, files from memory, devices, and what is hidden."""

from __future__ import annotations

import errno
import os
import pathlib
import stat

import pytest

import pyspaces
from pyspaces import Chroot, Container, Error, run
from support import METHODS, Shell, call, exit_with, finish, pause, start

ISOLATED = {"newuser": True, "newns": True}
# In a directory that is sticky, shells may not open devices of others to write.
DEV = ("tmpfs", "/dev", "tmpfs", "mode=755")
HOST_MNT = os.listdir("/mnt")  # where tests mount, and which they leave as it is


def mounts(shell):
    """What both views of mountinfo say: options and type of each mount by its place."""
    assert shell.inside("mountinfo") == shell.outside("mountinfo")
    found = {}
    for line in shell.outside("mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        place, options = before.split()[4:6]
        found[place] = options.split(","), after.split()[0]
    return found


# --- Mounts -----------------------------------------------------------------------------------------------


def test_mounts(tmp_path):
    given = [
        ("tmpfs", "/mnt", "tmpfs", "size=1m,nosuid,mode=711"),
        (tmp_path, "/srv", "bind", ["ro", "nodev"]),
        {"destination": "/mnt/below", "type": "tmpfs", "options": ["noexec"]},
    ]
    (tmp_path / "file").touch()
    with Shell(**ISOLATED, mounts=given) as shell:
        found = mounts(shell)
        assert found["/mnt"][1] == found["/mnt/below"][1] == "tmpfs"
        assert {"rw", "nosuid"} <= set(found["/mnt"][0])
        assert {"rw", "noexec"} <= set(found["/mnt/below"][0])
        assert {"ro", "nodev"} <= set(found["/srv"][0])
        assert shell.says("stat -c %a /mnt; ls /srv") == "711\nfile"
        assert "Read-only file system" in shell.says("echo x >/srv/file")
    assert os.listdir("/mnt") == HOST_MNT


def test_an_overlay(tmp_path):
    for name in ("lower", "upper", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "lower/below").write_text("below\n")
    layers = ",".join(f"{layer}dir={tmp_path}/{layer}" for layer in ("lower", "upper", "work"))
    for options in (layers, f"lowerdir={tmp_path}/lower,tmp-overlay=1m"):
        overlay = ("overlay", "/mnt", "overlay", options)
        with Shell(**ISOLATED, mounts=[overlay]) as shell:
            assert mounts(shell)["/mnt"][1] == "overlay"
            assert shell.says("echo new >/mnt/new; cat /mnt/below /mnt/new") == "below\nnew"
    assert (tmp_path / "upper/new").read_text() == "new\n"
    assert not (tmp_path / "lower/new").exists()


def test_directories_files_and_links(rootfs):
    options = {
        "directories": ["/run", b"/var"],
        "files": {
            "/run/text": "text\n",
            b"/run/bytes": (b"\0\xff", 0o600),
            "/etc/hostname": ("box\n", 0o444),
        },
        "symlinks": {"/run/link": "text", pathlib.Path("/latest"): "../run/link"},
    }
    with Shell(**ISOLATED, newpid=True, rootdir=rootfs, **options) as shell:
        found = mounts(shell)
        assert found["/run"][1] == "tmpfs"
        assert {"/run/text", "/run/bytes", "/etc/hostname"} <= found.keys()
        for path, mode in (
            ("run", 0o755),
            ("run/text", 0o644),
            ("run/bytes", 0o600),
            ("etc/hostname", 0o444),
        ):
            assert stat.S_IMODE(os.stat(f"/proc/{shell.pid}/root/{path}").st_mode) == mode
        assert pathlib.Path(f"/proc/{shell.pid}/root/run/bytes").read_bytes() == b"\0\xff"
        assert shell.says("cat /latest; cat /etc/hostname") == "text\nbox"
    assert os.path.getsize(f"{rootfs}/etc/hostname") == 0  # the place where it was mounted


def test_modes_of_directories():
    with Shell(**ISOLATED, directories={"/mnt": 0o700, "/srv": 0o1777}) as shell:
        assert shell.says("stat -c %a /mnt /srv").split() == ["700", "1777"]


def test_a_callable_finds_files():
    def read():
        return pathlib.Path("/etc/hostname").read_text()

    assert call(read, **ISOLATED, files={"/etc/hostname": "box"}) == "box"


def test_devices(rootfs):
    options = {"devices": ["/dev/null", ("/dev/zero", "/dev/nought")], "mounts": [DEV]}
    with Shell(**ISOLATED, rootdir=rootfs, **options) as shell:
        for name, source in (("null", "/dev/null"), ("nought", "/dev/zero")):
            assert os.stat(f"/proc/{shell.pid}/root/dev/{name}").st_rdev == os.stat(source).st_rdev
        assert shell.says("/bin/ls /dev") == "nought\nnull"
        assert shell.says("echo gone >/dev/null") == ""


def test_default_devices(rootfs):
    options = {"default_devices": True, "mounts": [DEV]}
    with Shell(**ISOLATED, rootdir=rootfs, **options) as shell:
        for name in ("null", "zero", "full", "random", "urandom", "tty"):
            assert os.stat(f"/proc/{shell.pid}/root/dev/{name}").st_rdev == os.stat(f"/dev/{name}").st_rdev
        assert os.readlink(f"/proc/{shell.pid}/root/dev/fd") == "/proc/self/fd"


def test_hidden_and_read_only_paths(tmp_path):
    for name in ("hidden", "fixed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("content\n")
    (tmp_path / "secret").write_text("secret\n")
    options = {
        "masked_paths": [tmp_path / "hidden", str(tmp_path / "secret"), "/nonexistent"],
        "readonly_paths": (tmp_path / "fixed", "/nonexistent"),
    }
    with Shell(**ISOLATED, **options) as shell:
        found = mounts(shell)
        assert "ro" in found[str(tmp_path / "fixed")][0]
        assert found[str(tmp_path / "hidden")][1] == "tmpfs"
        assert str(tmp_path / "secret") in found
        assert shell.says(f"cd {tmp_path}; ls -A hidden; cat secret; cat fixed/file") == "content"
        assert "Read-only file system" in shell.says(f"echo x >{tmp_path}/fixed/file")
        inside = os.stat(f"/proc/{shell.pid}/root{tmp_path}/secret")
        assert inside.st_rdev == os.stat("/dev/null").st_rdev
    assert (tmp_path / "secret").read_text() == "secret\n"


def test_a_program_in_another_root_directory(rootfs):
    container = Chroot(rootfs, argv=["/bin/sh", "-c", "cat /etc/file"], files={"/etc/file": "x"})
    container.start()
    container.join()
    assert container.exitcode == 0
    container.close()


@pytest.mark.usefixtures("no_helpers")
@pytest.mark.parametrize("method", METHODS)
def test_processes_of_a_context(method, tmp_path):
    options = {"files": {"/etc/hostname": (b"box", 0o600)}, "masked_paths": iter([tmp_path])}
    context = pyspaces.get_context(method, **ISOLATED, **options)
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        finish(start(context, tell_files, sender, tmp_path))
        assert receiver.recv() == ("box", [])


def tell_files(sender, directory):
    sender.send((pathlib.Path("/etc/hostname").read_text(), os.listdir(directory)))


def test_the_flag_of_clone_is_refused_as_before():
    for given in (lambda: Container("files"), lambda: Container(target=int, files=True)):
        with pytest.raises(ValueError, match="CLONE_FILES"):
            given()


@pytest.mark.usefixtures("no_helpers")
def test_shared_memory_of_ones_own_stays():
    context = pyspaces.get_context("fork", **ISOLATED, default_mounts=True, directories=["/dev/shm"])
    receiver, sender = context.Pipe(duplex=False)
    (marker := pathlib.Path(f"/dev/shm/pyspaces-test-{os.getpid()}")).touch()
    try:
        with receiver, sender:
            finish(start(context, tell_shared_memory, sender))
            assert receiver.recv() == []
    finally:
        marker.unlink()


def tell_shared_memory(sender):
    sender.send(os.listdir("/dev/shm"))


class Prepared(Container):
    def preup(self):
        pass


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("files", {"/etc/hostname": "box"}),
        ("directories", ["/run"]),
        ("symlinks", {"/link": "to"}),
        ("devices", ["/dev/null"]),
        ("default_devices", True),
        ("masked_paths", ["/proc"]),
        ("readonly_paths", ["/proc"]),
        ("landlock", {"paths": {"/": "read"}}),
    ],
)
def test_a_root_directory_that_is_changed_later(rootfs, name, value):
    container = Prepared(target=exit_with, args=(0,), rootdir=rootfs, newns=True, **{name: value})
    with pytest.raises(ValueError, match=f"^{name}=.*after preup"):
        container.start()


# --- In a running container -------------------------------------------------------------------------------


def test_a_mount_that_comes_and_goes(tmp_path):
    (tmp_path / "file").write_text("of the host\n")
    host = pathlib.Path("/proc/self/mountinfo").read_text()
    with Shell(**ISOLATED) as shell:
        process = shell.process
        process.mount(tmp_path, "/mnt")
        assert shell.says("cat /mnt/file") == "of the host"
        process.unmount("/mnt")
        assert shell.says("ls -A /mnt").split() == sorted(HOST_MNT)
        process.mount(None, b"/mnt", "tmpfs", ["size=64k", "ro"])
        assert {"ro"} <= set(mounts(shell)["/mnt"][0])
        assert mounts(shell)["/mnt"][1] == "tmpfs"
        shell.says("cd /mnt")
        with pytest.raises(Error) as caught:
            process.unmount("/mnt")
        assert caught.value.errno == errno.EBUSY
        process.unmount("/mnt", lazily=True)
        assert pathlib.Path("/proc/self/mountinfo").read_text() == host
        for arguments, error in (
            ((5, "/mnt"), TypeError),
            ((tmp_path, ""), ValueError),
            (("x", "/mnt", 5), TypeError),
            (("/nonexistent", "/mnt"), FileNotFoundError),
            (("overlay", "/mnt", "overlay", f"lowerdir={tmp_path},tmp-overlay"), Error),
        ):
            with pytest.raises(error):
                process.mount(*arguments)
        for arguments, error in (((5,), TypeError), (("/mnt", "yes"), TypeError), (("mnt",), ValueError)):
            with pytest.raises(error):
                process.unmount(*arguments)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.usefixtures("no_helpers")
def test_mounts_of_a_process_of_a_context(method, tmp_path):
    (tmp_path / "file").write_text("x")
    process = start(pyspaces.get_context(method, **ISOLATED), pause)
    try:
        process.mount(str(tmp_path), "/mnt", options="ro")
        assert os.listdir(f"/proc/{process.pid}/root/mnt") == ["file"]
        with pytest.raises(FileNotFoundError):
            process.mount("/nonexistent", "/mnt")
        process.unmount("/mnt")
        assert os.listdir(f"/proc/{process.pid}/root/mnt") == HOST_MNT
    finally:
        process.kill()
        process.join()
        process.close()


def test_without_a_mount_namespace_of_its_own():
    with Shell() as shell, pytest.raises(Error, match="mount namespace"):
        shell.process.mount("tmpfs", "/mnt", "tmpfs")
    with Shell(**ISOLATED) as shell:
        shell.process.kill()
        shell.process.wait()
        with pytest.raises(ProcessLookupError, match="has ended"):
            shell.process.mount("tmpfs", "/mnt", "tmpfs")


# --- What is wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"files": ["/etc/x"]}, "files="),
        ({"files": {"": "x"}}, "files key=''"),
        ({"files": {5: "x"}}, "files key=5"),
        ({"files": {"/x": 5}}, r"files\['/x'\]=5"),
        ({"files": {"/x": ("x",)}}, r"files\['/x'\]="),
        ({"files": {"/x": (5, 0o600)}}, r"files\['/x'\]="),
        ({"files": {"/x": ("x", "600")}}, r"files\['/x'\]='600'"),
        ({"files": {"/x": ("x", 0o10000)}}, r"files\['/x'\]=0o10000"),
        ({"files": {"/etc/x": "x"}}, "needs a new mount namespace"),
        ({"directories": "/run"}, "directories='/run'"),
        ({"directories": [5]}, r"directories\[0\]=5"),
        ({"directories": {"/run": None}}, r"directories\['/run'\]=None"),
        ({"symlinks": ["/a"]}, "symlinks="),
        ({"symlinks": {"/a": ""}}, r"symlinks\['/a'\]=''"),
        ({"symlinks": {"/a": "b"}, **ISOLATED}, "caller's own file system"),
        ({"devices": "/dev/null"}, "devices='/dev/null'"),
        ({"devices": [("/dev/null",)]}, r"devices\[0\]="),
        ({"devices": [5]}, r"devices\[0\]=5"),
        ({"devices": ["/etc/passwd"], **ISOLATED}, "/etc/passwd"),
        ({"default_devices": "all"}, "default_devices='all'"),
        ({"masked_paths": "/proc"}, "masked_paths='/proc'"),
        ({"masked_paths": [""]}, r"masked_paths\[0\]=''"),
        ({"masked_paths": ["/proc/kcore"]}, "needs a new mount namespace"),
        ({"readonly_paths": {"/proc": True}}, "readonly_paths="),
        ({"readonly_paths": ["proc"], **ISOLATED}, "proc"),
    ],
)
def test_what_is_wrong_is_named(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        run(["true"], **options)
    with pytest.raises((ValueError, TypeError), match=message):
        Container(argv=["true"], **options).start()
