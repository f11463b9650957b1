"""execute: which namespaces are new, which are joined, and who the program is in them."""

import os
import pathlib
import shlex
import shutil
import subprocess

import pytest

from support import NAMESPACES, SHOW_NAMESPACES, namespaces, parse_namespaces


def new_ones(text):
    """Which of the namespaces that the program has shown differ from ours."""
    shown = parse_namespaces(text)
    ours = namespaces()
    return {name for name in NAMESPACES if shown[name] != ours[name]}


@pytest.mark.parametrize(
    "options, expected",
    [
        ([], set()),
        (["-C"], {"cgroup"}),
        (["-i"], {"ipc"}),
        (["--ipc"], {"ipc"}),
        (["-m"], {"mnt"}),
        (["--mnt"], {"mnt"}),
        (["--fs"], {"mnt"}),
        (["-n"], {"net"}),
        (["--net"], {"net"}),
        (["--network"], {"net"}),
        (["-p"], {"pid"}),
        (["--pid"], {"pid"}),
        (["-T"], {"time"}),
        (["--time"], {"time"}),
        (["-u"], {"uts"}),
        (["--uts"], {"uts"}),
        (["-imu"], {"ipc", "mnt", "uts"}),
        (["-a"], set(NAMESPACES) - {"user"}),
        (["--all", "--share", "net,pid"], set(NAMESPACES) - {"user", "net", "pid"}),
        (["--all", "--share", "network"], set(NAMESPACES) - {"user", "net"}),
    ],
)
def test_only_what_is_asked_for_is_new(space, options, expected):
    shown = space.output("execute", "--user", *options, *SHOW_NAMESPACES)
    assert new_ones(shown) == {"user"} | expected


def test_root_needs_no_user_namespace(as_root):
    assert new_ones(as_root.output("execute", "-mpu", *SHOW_NAMESPACES)) == {"mnt", "pid", "uts"}


def test_an_ordinary_user_is_told_to_ask_for_a_user_namespace(as_ordinary_user):
    error = as_ordinary_user.failure("execute", "--net", "true")
    assert "Operation not permitted" in error
    assert "space: hint: " in error
    assert "user namespace" in error


@pytest.mark.parametrize("option", ["-z", "--id", "--map-root-user", "--user"])
def test_the_caller_is_root_inside(space, option):
    shown = space.output(
        "execute", option, "sh", "-c", "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map"
    )
    assert shown.split() == ["0", "0", "0", str(space.uid), "1", "0", str(space.gid), "1"]


def test_the_caller_can_keep_the_own_id(space):
    shown = space.output("execute", "--map-current-user", "sh", "-c", "id -u; id -g")
    assert shown.split() == [str(space.uid), str(space.gid)]


@pytest.mark.parametrize("option", [["--uid", "--gid"], ["-M", "-G"]])
@pytest.mark.parametrize("form", ["{0}", "0 {0} 1"])
def test_maps(space, option, form):
    options = [option[0], form.format(space.uid), option[1], form.format(space.gid)]
    shown = space.output(
        "execute", *options, "sh", "-c", "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map"
    )
    assert shown.split() == ["0", "0", "0", str(space.uid), "1", "0", str(space.gid), "1"]


def test_root_can_map_somebody_else_and_is_them(as_root, directory):
    shown = as_root.output(
        "execute", "--uid", "1000", "--gid", "1001", "sh", "-c", f"id -u; >{directory}/file"
    )
    assert shown == "0\n"
    status = os.stat(directory / "file")
    assert (status.st_uid, status.st_gid) == (1000, 1001)


def test_maps_of_several_ranges(as_root):
    shown = as_root.output(
        "execute", "--uid", "0 1000 1,1 100000 10", "--gid", "0 1000 1", "cat", "/proc/self/uid_map"
    )
    assert [line.split() for line in shown.splitlines()] == [["0", "1000", "1"], ["1", "100000", "10"]]


def test_who_the_program_is_inside(as_root):
    maps = ["--uid", "0 1000 10", "--gid", "0 1000 10"]
    ids = ["--setuid", "3", "--setgid", "4", "--groups", "5,6"]
    shown = as_root.output("execute", *maps, *ids, "sh", "-c", "id -u; id -g; id -G")
    assert shown.split() == ["3", "4", "4", "5", "6"]


def test_root_can_become_somebody_without_a_namespace(as_root):
    options = ["--setuid", "1000", "--setgid", "1000", "--clear-groups"]
    shown = as_root.output("execute", *options, "sh", "-c", "id -u; id -G")
    assert shown.split() == ["1000", "1000"]


@pytest.mark.parametrize("word", ["allow", "deny"])
def test_setgroups(as_root, word):
    shown = as_root.output("execute", "--id", "--setgroups", word, "cat", "/proc/self/setgroups")
    assert shown == f"{word}\n"


def test_a_new_pid_namespace_has_its_own_proc(space):
    shown = space.output("execute", "--all", "ps", "-A", "-o", "pid=,comm=")
    first, *rest = (line.split() for line in shown.splitlines())
    assert first[0] == "1"
    assert [name for _, name in rest] == ["ps"]


def test_the_readme_example(space):
    options = ["-v", "--pid", "--mnt", "--user", "--uid", space.uid, "--gid", space.gid]
    done = space.run("execute", *options, "bash", "-c", "mount -t proc proc /proc; ps ax")
    assert (done.returncode, done.stderr) == (0, "")
    first, *middle, last = done.stdout.splitlines()
    assert first.startswith("PID of child created by clone() is ")
    assert last.endswith(", status 0")
    heading, *processes = (line.split() for line in middle if line)
    assert heading == ["PID", "TTY", "STAT", "TIME", "COMMAND"]
    assert processes[0][0] == "1"
    # Init, the shell or what it became, and ps.
    assert len(processes) <= 3


def test_the_program_can_be_pid_1(space):
    assert space.output("execute", "-Up", "--no-init", "sh", "-c", "echo $$") == "1\n"


def test_no_mount_proc(space):
    # The host's /proc calls the program by its pid there.
    script = "read pid rest </proc/self/stat; echo $pid $$"
    host, inside = space.output("execute", "--all", "--no-mount-proc", "sh", "-c", script).split()
    assert host != inside
    own, inside = space.output("execute", "--all", "sh", "-c", script).split()
    assert own == inside


def test_hostname_and_domainname_make_a_uts_namespace(space):
    options = ["--user", "--hostname", "inner", "--domainname", "example"]
    names = ["/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname"]
    shown = space.output("execute", *options, "cat", *names)
    assert shown.split() == ["inner", "example"]
    assert os.uname().nodename != "inner"


def test_time_offsets_make_a_time_namespace(space):
    shown = space.output(
        "execute", "--user", "--monotonic", "-1.5", "--boottime", "86400", "cat", "/proc/self/timens_offsets"
    )
    assert [line.split() for line in shown.splitlines()] == [
        ["monotonic", "-2", "500000000"],
        ["boottime", "86400", "0"],
    ]


def test_a_namespace_can_be_joined_by_a_file(as_root):
    with subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo up; read end"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"up\n"
        expected = os.readlink(f"/proc/{other.pid}/ns/net")
        assert expected != os.readlink("/proc/self/ns/net")
        for options in ([f"--net=/proc/{other.pid}/ns/net"], ["--join-pid", f"{other.pid}:net"]):
            shown = parse_namespaces(as_root.output("execute", "--uts", *options, *SHOW_NAMESPACES))
            assert shown["net"] == expected
            assert shown["uts"] != os.readlink("/proc/self/ns/uts")
        other.communicate()


def test_the_hosts_mounts_stay_as_they_are(space):
    mounts = pathlib.Path("/proc/self/mountinfo")
    before = mounts.read_text()
    space.output("execute", "--all", "--tmpfs", "/mnt", "true")
    assert mounts.read_text() == before


def test_propagation(as_root):
    shown = as_root.output("execute", "--propagation", "shared", "cat", "/proc/self/mountinfo")
    assert " shared:" in shown
    shown = as_root.output("execute", "-m", "cat", "/proc/self/mountinfo")
    assert " shared:" not in shown
    assert " master:" not in shown


def test_map_auto_gives_the_ranges_of_subuid(as_ordinary_user, directory):
    if os.geteuid() != 0 or shutil.which("newuidmap") is None:
        pytest.skip("needs root, to lay another /etc/subuid over the host's, and newuidmap (uidmap)")
    (directory / "passwd").write_text("root:x:0:0::/:/bin/sh\nsomebody:x:1000:1000::/:/bin/sh\n")
    (directory / "subid").write_text("somebody:300000:500\n")
    over = {"passwd": "passwd", "subuid": "subid", "subgid": "subid"}
    mounts = "; ".join(f"mount --bind {directory}/{file} /etc/{name}" for name, file in over.items())
    command = [*as_ordinary_user.command, "execute", "--map-auto", "cat", "/proc/self/uid_map"]
    script = f"set -e; {mounts}; exec {shlex.join(command)}"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()] == [["0", "1000", "1"], ["1", "300000", "500"]]


@pytest.mark.parametrize("uid", [0, 123456])
def test_map_auto_without_a_range_says_so(as_ordinary_user, uid):
    """Also for a user that no database knows."""
    if os.geteuid() != 0:
        pytest.skip("only root can be any user")
    lines = pathlib.Path("/etc/subuid").read_text().splitlines() if os.path.exists("/etc/subuid") else []
    if any(line.startswith(("root:", f"{uid}:")) for line in lines):
        pytest.skip("this user has a range here")
    program = as_ordinary_user.command[-1]
    command = ["setpriv", f"--reuid={uid}", program, "execute", "--map-auto", "true"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 125
    assert "/etc/subuid" in done.stderr
    assert "space: hint: " in done.stderr
