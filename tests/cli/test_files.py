"""chroot, --root and mounts: the file system that the program sees."""

import json
import os
import subprocess

import pytest


def test_chroot_is_the_documented_example(space, rootfs):
    options = ["--pid", "--uid", f"0 {space.uid} 1"]
    assert space.output("chroot", *options, rootfs, "/bin/ls", "/home/") == "someone\n"


def test_chroot_searches_the_program_in_the_new_root(space, rootfs):
    environment = {"PATH": "/usr/bin:/bin"}
    shown = space.output("chroot", rootfs, "sh", "-c", "pwd; ls /", env=environment)
    assert shown.split() == ["/", *sorted(os.listdir(rootfs))]


def test_chroot_has_user_and_mount_namespaces_unless_shared(as_root, rootfs):
    command = ["chroot", rootfs, "cat", "/proc/self/uid_map"]
    assert as_root.output(command[0], "--pid", *command[1:]).split() == ["0", "0", "1"]
    shown = as_root.output(command[0], "--pid", "--share", "user", *command[1:])
    assert shown.split() == ["0", "0", "4294967295"]


def test_options_may_follow_the_root_but_not_the_program(space, rootfs):
    assert space.output("chroot", rootfs, "-w", "/home", "--", "ls", "-a") == ".\n..\nsomeone\n"


def test_nothing_of_the_host_is_left(space, rootfs):
    shown = space.output("chroot", "--all", rootfs, "cat", "/proc/self/mountinfo")
    points = [line.split()[4] for line in shown.splitlines()]
    assert points[0] == "/"
    assert set(points) <= {"/", "/proc"}


def test_default_mounts(space, rootfs):
    script = "echo x >/dev/null && ls /dev/pts /dev/shm /tmp && test -d /sys/kernel && ls /proc/self/fd"
    shown = space.output("chroot", "--all", "--default-mounts", rootfs, "sh", "-c", script)
    assert "/dev/pts:" in shown
    assert not (rootfs / "dev/null").exists()


def test_read_only_root(space, rootfs):
    done = space.run("chroot", "--read-only", "--tmpfs", "/tmp", rootfs, "sh", "-c", "touch /tmp/a; touch /b")
    assert done.returncode != 0
    assert "/b: Read-only file system" in done.stderr
    assert "/tmp/a" not in done.stderr


def test_the_callers_root_can_be_read_only(as_root, directory):
    error = as_root.run("execute", "--read-only", "touch", directory / "file").stderr
    assert "Read-only file system" in error
    assert not (directory / "file").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--bind", "{source}:/home/data"],
        ["--mount", "type=bind,source={source},target=/home/data"],
        ["--mount", "type=bind,src={source},dst=/home/data"],
        ["--mount", "source={source},destination=/home/data,bind-nonrecursive"],
        ["--bind", "{source}:/home/data:ro"],
        ["--bind", "{source}:/home/data:ro,rw"],
        ["--bind", "{source}:/home/data:rw,nodev,ro"],
        ["--mount", "type=bind,source={source},target=/home/data,readonly"],
        ["--mount", "type=bind,source={source},target=/home/data,readonly,readonly=false"],
    ],
)
def test_bind_mounts(space, rootfs, directory, options):
    source = directory / "source"
    source.mkdir()
    source.chmod(0o777)
    (source / "file").write_text("content\n")
    options = [option.format(source=source) for option in options]
    script = "cat /home/data/file; touch /home/data/new; ls /home/data"
    done = space.run("chroot", *options, rootfs, "sh", "-c", script)
    read_only = options[1].endswith((":ro", ",ro", "readonly"))
    assert done.stdout.split() == ["content", "file"] + ([] if read_only else ["new"])
    assert ("Read-only file system" in done.stderr) == read_only


@pytest.mark.parametrize(
    "options",
    [
        ["--bind", "{source}:/home/data:ro"],
        ["--mount", "type=bind,source={source},target=/home/data,readonly"],
        ["--mount", "type=bind,source={source},target=/home/data,ro"],
    ],
)
def test_a_read_only_bind_is_so_with_what_is_mounted_below(space, rootfs, directory, options):
    source = directory / "source"
    (source / "below").mkdir(parents=True)
    source.chmod(0o777)
    # What is mounted below is an outer container's: the host's table stays as it is.
    outer = ["execute", "--user", "--mnt", "--tmpfs", f"{source}/below:mode=777", "--", space.command[-1]]
    options = [option.format(source=source) for option in options]
    script = "cat /proc/self/mountinfo; touch /home/data/new /home/data/below/new"
    done = space.run(*outer, "chroot", "--pid", *options, rootfs, "sh", "-c", script)
    mounts = {line.split()[4]: line.split()[5].split(",") for line in done.stdout.splitlines()}
    assert "ro" in mounts["/home/data"]
    assert "ro" in mounts["/home/data/below"]
    assert done.stderr.count("Read-only file system") == 2


def test_a_comma_in_a_mount_is_quoted(space, rootfs, directory):
    source = directory / "a,b"
    source.mkdir()
    source.chmod(0o755)
    (source / "file").touch()
    mount = f'type=bind,"source={source}",target=/home/data'
    assert space.output("chroot", "--mount", mount, rootfs, "ls", "/home/data") == "file\n"


def test_tmpfs_options(space, rootfs):
    options = ["--tmpfs", "/tmp:size=64k,mode=700"]
    options += ["--mount", "type=tmpfs,target=/home,tmpfs-size=128k,noexec"]
    shown = space.output("chroot", "--all", *options, rootfs, "cat", "/proc/self/mountinfo")
    mounts = {line.split()[4]: line for line in shown.splitlines()}
    assert "size=64k" in mounts["/tmp"]
    assert "mode=700" in mounts["/tmp"]
    assert "size=128k" in mounts["/home"]
    assert "noexec" in mounts["/home"]


def test_mounts_are_made_in_order(space, rootfs, directory):
    options = ["--tmpfs", "/home", "--bind", f"{directory}:/home/below"]
    assert "rootfs" in space.output("chroot", *options, rootfs, "ls", "/home/below")


def test_execute_with_a_root(space, rootfs):
    shown = space.output("execute", "--user", "--mnt", "--root", rootfs, "--cwd", "/home", "ls")
    assert shown == "someone\n"


def test_no_pivot(as_root, rootfs):
    assert as_root.output("execute", "--root", rootfs, "--no-pivot", "ls", "/home") == "someone\n"


def test_the_root_is_left_as_it_was(space, rootfs):
    before = sorted(path.relative_to(rootfs) for path in rootfs.rglob("*"))
    space.output("chroot", "--all", "--default-mounts", rootfs, "true")
    assert sorted(path.relative_to(rootfs) for path in rootfs.rglob("*")) == before


@pytest.fixture
def own_rootfs(space, rootfs):
    """One in which the user of `space` can make mount targets."""
    for path in [rootfs, *rootfs.rglob("*")]:
        os.chown(path, space.uid, space.gid, follow_symlinks=False)
    return rootfs


def test_files_from_memory(space, own_rootfs, directory):
    rootfs = own_rootfs
    (directory / "source").write_text("from a file\n")
    options = ["--file", "/etc/motd=hello=world", "--file", "/etc/secret:400=x"]
    options += ["--file-from", f"/etc/copy={directory / 'source'}", "--file-from", "/etc/in:0600=-"]
    options += ["--dir", "/run:700", "--file", "/run/a:b=colon", "--symlink", "/run/link=../etc/motd"]
    script = "cat /etc/motd; echo; cat /etc/copy /etc/in; stat -c %a /etc/secret /etc/in /run; "
    script += "cat /run/a:b /run/link"
    shown = space.output("chroot", *options, rootfs, "sh", "-c", script, input="from stdin\n")
    assert shown == "hello=world\nfrom a file\nfrom stdin\n400\n600\n700\ncolonhello=world"
    assert not (rootfs / "run/a:b").exists()


def test_a_file_without_content_is_refused(plain):
    assert "has no content" in plain.failure("execute", "--file", "/etc/motd", "true")
    assert "No such file or directory" in plain.failure("execute", "--file-from", "/x=/nonexistent", "true")


def test_tmp_overlay_forgets(space, directory):
    (directory / "kept").write_text("kept\n")
    script = f"cat kept; echo new >new; rm kept; ls {directory}"
    options = ["-m"] if space.is_root else ["-Um"]
    for _ in range(2):
        arguments = [*options, "--tmp-overlay", f"{directory}::size=1m", "-w", directory, "sh", "-c", script]
        assert space.output("execute", *arguments) == "kept\nnew\n"
    assert os.listdir(directory) == ["kept"]


def test_overlay_keeps_in_its_upper_directory(space, rootfs, directory):
    if subprocess.check_output(["stat", "-fc", "%T", directory], text=True) == "overlayfs\n":
        pytest.skip("an overlay cannot hold the upper directory of another one")
    for name in ("lower,1", "lower:2", "upper", "work"):
        (directory / name).mkdir()
        os.chown(directory / name, space.uid, space.gid)
    (directory / "lower,1/one").write_text("1\n")
    (directory / "lower:2/two").write_text("2\n")
    (rootfs / "data").mkdir()
    lower = f'"lower={directory}/lower,1",lower={directory}/lower:2'
    upper = f"upper={directory}/upper,work={directory}/work"
    command = ["chroot", "--overlay", f"{lower},{upper},target=/data", rootfs]
    assert space.output(*command, "sh", "-c", "ls /data; echo new >/data/new") == "one\ntwo\n"
    assert os.listdir(directory / "upper") == ["new"]
    assert space.output("chroot", "--overlay", f"{lower},target=/data", rootfs, "ls", "/data") == "one\ntwo\n"
    assert "has no lower directory" in space.failure("execute", "--overlay", "target=/x", "true")


def test_devices_masked_and_read_only_paths(space, own_rootfs):
    rootfs = own_rootfs
    (rootfs / "etc/secret").write_text("secret")
    options = ["--tmpfs", "/dev", "--device", "/dev/null", "--device", "/dev/zero:/dev/nought"]
    options += ["--mask", "/etc/secret", "--mask", "/nonexistent", "--readonly-path", "/home"]
    script = "echo x >/dev/null; busybox head -c 2 /dev/nought | busybox wc -c; "
    script += "cat /etc/secret; touch /home/x"
    done = space.run("chroot", *options, rootfs, "sh", "-c", script)
    assert done.stdout == "2\n"
    assert "Read-only file system" in done.stderr
    assert "is no device" in space.failure("execute", "--device", "/etc/passwd", "true")


def test_explain_shows_each_step_of_the_file_system(plain):
    options = ["--tmp-overlay", "/usr", "--file", "/etc/hostname=x", "--device", "/dev/null:/dev/zilch"]
    options += ["--mask", "/proc/kcore", "--readonly-path", "/proc/sys"]
    shown = plain.output("explain", "execute", *options, "true")
    for words in (
        'mount "overlay" on "/usr"',
        'write the file "/etc/hostname" to memory',
        'make the character device "/dev/zilch" (1:3)',
        'mask "/proc/kcore"',
        'make "/proc/sys" read-only',
    ):
        assert words in shown


def test_a_bundle_has_the_devices_of_oci(space, own_rootfs, directory):
    mounts = [{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]}]
    config = {
        "ociVersion": "1.2.0",
        "process": {"args": ["/bin/sh", "-c", "echo x >/dev/null && ls /dev"]},
        "root": {"path": "rootfs"},
        "mounts": mounts,
        "linux": {"namespaces": [{"type": "mount"}, {"type": "user"}]},
    }
    (directory / "config.json").write_text(json.dumps(config))
    shown = space.output("execute", "--bundle", directory)
    devices = {"full", "null", "random", "tty", "urandom", "zero"}
    assert set(shown.split()) == devices | {"fd", "ptmx", "stdin", "stdout", "stderr"}
    config["spaces"] = {"defaultDevices": False}
    (directory / "config.json").write_text(json.dumps(config))
    assert space.output("execute", "--bundle", directory) == "null\n"  # which is a file
