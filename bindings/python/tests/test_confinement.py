"""Confinement: capabilities, filters, labels, Landlock and keys, as the process and its caller see them."""

from __future__ import annotations

import collections
import ctypes
import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys

import pytest

import pyspaces
from pyspaces import Container, Error, run
from pyspaces.subprocess import CalledProcessError
from support import METHODS, UNPRIVILEGED, Shell, call, finish, needs_user, start

NET_RAW, SYS_ADMIN = 1 << 13, 1 << 21
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
FEATURES = {check["name"]: check for check in pyspaces.host_features()["checks"]}

ALLOW_ALL = {"defaultAction": "SCMP_ACT_ALLOW"}


def profile(action, *names, **more):
    return {**ALLOW_ALL, "syscalls": [{"names": list(names), "action": action, **more}]}


NO_MKDIR = profile("SCMP_ACT_ERRNO", "mkdir", "mkdirat", errnoRet=errno.EXDEV)
DEADLY_MKDIR = profile("SCMP_ACT_KILL_PROCESS", "mkdir", "mkdirat")

# Without privileges a filter and Landlock need this.
CONFINED = {"no_new_privs": True}


def capabilities(**options):
    """The five sets, as numbers."""
    with Shell(newuser=True, **options) as shell:
        return tuple(int(value, 16) for value in shell.status(*SETS).values())


# --- Capabilities -----------------------------------------------------------------------------------------


def test_none_is_left():
    assert capabilities(cap_drop="all") == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("names", ["net_raw", ["CAP_NET_RAW"], ("Net_Raw",), iter(["net_raw"])])
def test_one_is_left(names):
    assert capabilities(cap_drop="ALL", cap_add=names) == (NET_RAW,) * 5


def test_one_is_taken():
    _, permitted, effective, bounding, _ = capabilities(cap_drop=["sys_admin"])
    for number in (permitted, effective, bounding):
        assert number & (SYS_ADMIN | NET_RAW) == NET_RAW


def test_sets_as_oci_has_them():
    sets = {"bounding": ["NET_RAW", "SYS_ADMIN"], "permitted": "NET_RAW", "inheritable": ["NET_RAW"]}
    assert capabilities(capabilities={**sets, "ambient": ["NET_RAW"], "effective": ["NET_RAW"]}) == (
        NET_RAW,
        # As root of its user namespace the program gets by execve(2) what is bounding.
        *(NET_RAW | SYS_ADMIN,) * 3,
        NET_RAW,
    )


def test_sets_that_are_not_told_are_empty():
    assert capabilities(capabilities={}) == (0, 0, 0, 0, 0)


def test_a_callable_has_no_more_than_a_program():
    def effective():
        with open("/proc/self/status") as file:
            return next(line.split()[1] for line in file if line.startswith("CapEff"))

    assert int(call(effective, newuser=True, cap_drop="all", cap_add="net_raw"), 16) == NET_RAW


@needs_user
def test_what_a_user_cannot_have_is_an_error():
    with pytest.raises(Error, match=r"(?i)sys_admin"):
        run(["/bin/true"], cap_add="sys_admin")


@pytest.mark.parametrize("name", ["cap_add", "cap_drop"])
def test_an_unknown_capability_is_named(name):
    with pytest.raises(ValueError, match='"fly" is no capability'):
        run(["true"], **{name: ["net_raw", "fly"]})


def test_security_flags():
    def flags():
        return ctypes.CDLL(None).prctl(27, 0, 0, 0, 0)  # PR_GET_SECUREBITS

    bits = 0b01 << 0 | 0b11 << 2  # SECBIT_NOROOT, SECBIT_NO_SETUID_FIXUP and its lock
    names = ["noroot", "no_setuid_fixup", "no_setuid_fixup_locked"]
    assert call(flags, newuser=True, securebits=names) == bits
    assert call(flags, newuser=True, securebits="noroot") == 1
    assert flags() == 0
    with pytest.raises(ValueError, match='"norot" is no security flag'):
        run(["true"], securebits="norot")


def test_no_new_privileges():
    for on in (True, False):
        with Shell(no_new_privs=on) as shell:
            assert shell.status("NoNewPrivs") == {"NoNewPrivs": str(int(on))}


# --- The filter -------------------------------------------------------------------------------------------


def test_the_default_filter():
    with Shell(**CONFINED, seccomp="default") as shell:
        assert shell.status("Seccomp", "Seccomp_filters")["Seccomp"] == "2"
        assert "Operation not permitted" in shell.says("unshare --user true")
        assert shell.says("echo a | cat") == "a"


def test_a_callable_has_the_filter():
    def mode():
        with open("/proc/self/status") as file:
            return next(line.split()[1] for line in file if line.startswith("Seccomp:"))

    assert call(mode, **CONFINED, seccomp="default") == "2"
    assert call(mode) == "0"


@pytest.mark.parametrize(
    "seccomp",
    [NO_MKDIR, json.dumps(NO_MKDIR), json.dumps(NO_MKDIR).encode(), collections.UserDict(NO_MKDIR)],
    ids=["mapping", "str", "bytes", "UserDict"],
)
def test_a_profile_of_oci(seccomp, tmp_path):
    completed = run(["mkdir", tmp_path / "made"], stderr=subprocess.PIPE, **CONFINED, seccomp=seccomp)
    assert os.strerror(errno.EXDEV).encode() in completed.stderr
    assert not (tmp_path / "made").exists()


def test_who_is_ended_by_the_filter(tmp_path):
    ended = run(["mkdir", tmp_path / "made"], **CONFINED, seccomp=DEADLY_MKDIR)
    assert (ended.returncode, ended.result.cause, ended.result.system_call) == (
        -signal.SIGSYS,
        "seccomp",
        "",
    )
    with pytest.raises(CalledProcessError, match=r"its filter has refused a system call: mkdir$") as caught:
        run(["mkdir", tmp_path / "made"], check=True, **CONFINED, seccomp=DEADLY_MKDIR, seccomp_report=True)
    assert (caught.value.result.cause, caught.value.result.system_call) == ("seccomp", "mkdir")


def test_the_result_of_a_container_names_the_system_call(tmp_path):
    container = Container(
        argv=["mkdir", tmp_path / "made"], **CONFINED, seccomp=DEADLY_MKDIR, seccomp_report=True
    )
    container.start()
    container.join()
    assert (container.result.cause, container.result.system_call) == ("seccomp", "mkdir")
    container.close()


def test_notifications_are_the_callers(tmp_path):
    with Shell(**CONFINED, seccomp=profile("SCMP_ACT_NOTIFY", "mkdir", "mkdirat")) as shell:
        fd = shell.process.take_seccomp_fd()
        try:
            shell.process.stdin.write(f"mkdir {tmp_path}/made\n")
            assert select.select([fd], [], [], 30)[0]
        finally:
            os.close(fd)  # and so there is no answer but this:
        assert os.strerror(errno.ENOSYS) in shell.says(":")
        with pytest.raises(Error, match="taken"):
            shell.process.take_seccomp_fd()
    with Shell() as shell, pytest.raises(FileNotFoundError):
        shell.process.take_seccomp_fd()


def make_directory(path):
    try:
        os.mkdir(path)
    except OSError as error:
        sys.exit(error.errno)


@pytest.mark.usefixtures("no_helpers")
@pytest.mark.parametrize("method", METHODS)
def test_notifications_of_a_process_of_a_context(method, tmp_path):
    seccomp = profile("SCMP_ACT_NOTIFY", "mkdir", "mkdirat")
    context = pyspaces.get_context(method, **CONFINED, seccomp=seccomp)
    process = start(context, make_directory, tmp_path / "made")
    fd = process.take_seccomp_fd()
    try:
        assert select.select([fd], [], [], 30)[0]
    finally:
        os.close(fd)
    finish(process, errno.ENOSYS)


def test_compiled_filters_are_kept(tmp_path):
    cache = tmp_path / "filters"
    for _ in range(2):
        run(["true"], check=True, **CONFINED, seccomp="default", seccomp_cache=cache)
        assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("name", ["seccomp_report", "seccomp_cache"])
def test_what_is_about_the_filter_needs_one(name):
    with pytest.raises(ValueError, match=f"{name}=.*needs seccomp"):
        run(["true"], **{name: True if name == "seccomp_report" else "/nonexistent"})


@pytest.mark.parametrize(
    ("seccomp", "message"),
    [
        ("none", "seccomp='none'"),
        ("{", "seccomp='{': this is no JSON"),
        ("{}", "defaultAction"),
        ({"defaultAction": "SCMP_ACT_PERHAPS"}, '"SCMP_ACT_PERHAPS" is no action'),
        ({**ALLOW_ALL, "sycalls": []}, "linux.seccomp.sycalls: no such member"),
        ({"defaultAction": "SCMP_ACT_KILL"}, "execve"),
    ],
)
def test_a_profile_that_is_wrong(seccomp, message):
    with pytest.raises((ValueError, PermissionError)) as caught:
        run(["true"], **CONFINED, seccomp=seccomp)
    assert message in str(caught.value)


@needs_user
def test_a_filter_needs_privileges_or_their_renunciation():
    with pytest.raises(PermissionError) as caught:
        run(["true"], seccomp="default")
    assert "no_new_privs" in caught.value.hint


# --- Labels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "name", "label"),
    [("apparmor", "apparmor_profile", "unconfined"), ("selinux", "selinux_label", None)],
)
def test_labels(module, name, label):
    if not FEATURES[module]["works"]:
        with pytest.raises(Error, match="is not active in this kernel") as caught:
            run(["true"], **{name: "some:thing:or:other"})
        assert caught.value.errno == errno.EOPNOTSUPP
        if module == "selinux":
            with pytest.raises(Error, match="is not active in this kernel"):
                run(["true"], newuser=True, newns=True, mount_label="some:thing:or:other")
        return
    with open("/proc/self/attr/current") as file:
        own = file.read().rstrip("\0\n")
    label = label or own
    with Shell(**{name: label}) as shell:
        assert shell.inside("attr/current").rstrip("\0") == shell.outside("attr/current").rstrip("\0\n")
        assert shell.outside("attr/current").rstrip("\0\n").startswith(label)
    with pytest.raises(Error):
        run(["true"], **{name: "no-such-profile"})


# --- Landlock ---------------------------------------------------------------------------------------------

needs_landlock = pytest.mark.skipif(
    not FEATURES["landlock"]["works"], reason=f"Landlock: {FEATURES['landlock'].get('reason')}"
)


@pytest.fixture
def files(tmp_path):
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    return tmp_path


def error_of_opening(path, flags):
    try:
        os.close(os.open(path, flags))
    except OSError as error:
        return error.errno
    return 0


@needs_landlock
@pytest.mark.parametrize("access", ["read", ["read"], "read_file,read_dir"])
def test_only_what_is_allowed_is_in_reach(files, access):
    options = {**CONFINED, "landlock": {"paths": {files / "open": access}}}
    assert call(error_of_opening, files / "open/file", os.O_RDONLY, **options) == 0
    assert call(error_of_opening, files / "open/file", os.O_WRONLY, **options) == errno.EACCES
    assert call(error_of_opening, files / "closed/file", os.O_RDONLY, **options) == errno.EACCES
    assert error_of_opening(files / "closed/file", os.O_RDWR) == 0


@needs_landlock
def test_a_program_reaches_what_it_needs(files):
    rules = {"/": "execute", "/usr": "read", "/lib": "read", "/bin": "read", "/etc": "read", "/dev": "all"}
    options = {**CONFINED, "landlock": {"paths": {**rules, str(files / "open"): "read,write"}}}
    with Shell(**options) as shell:
        assert shell.says(f"echo changed >{files}/open/file; cat {files}/open/file") == "changed"
        assert "Permission denied" in shell.says(f"cat {files}/closed/file")
    assert (files / "open/file").read_text() == "changed\n"


@needs_landlock
def test_no_rule_allows_nothing(files):
    options = {**CONFINED, "landlock": {"paths": {}}}
    assert call(error_of_opening, files / "open/file", os.O_RDONLY, **options) == errno.EACCES


def error_of_binding(port):
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno
    return 0


@needs_landlock
def test_ports():
    options = {**CONFINED, **UNPRIVILEGED, "newnet": True, "landlock": {"bind": [8080], "connect": []}}
    assert call(error_of_binding, 8080, **options) == 0
    if int(FEATURES["landlock"]["value"].split()[1]) >= 4:  # before, ports could not be restricted
        assert call(error_of_binding, 8081, **options) == errno.EACCES


@pytest.mark.parametrize(
    ("landlock", "message"),
    [
        ({"path": {}}, "landlock key='path'"),
        ({"paths": ["/usr"]}, r"landlock\['paths'\]"),
        ({"paths": {"/usr": 5}}, r"landlock\['paths'\]\['/usr'\]=5"),
        ({"paths": {"/usr": "look"}}, '"look" is no access to files'),
        ({"bind": [70000]}, r"landlock\['bind'\]\[0\]=70000"),
        ({"connect": 80}, r"landlock\['connect'\]=80"),
        ({"scope": ["everything"]}, "everything"),
        ("/usr", "landlock='/usr'"),
    ],
)
def test_rules_that_are_wrong(landlock, message):
    with pytest.raises((ValueError, TypeError), match=message):
        run(["true"], **CONFINED, landlock=landlock)


@needs_landlock
def test_a_path_that_is_not_there():
    with pytest.raises(FileNotFoundError) as caught:
        run(["true"], **CONFINED, landlock={"paths": {"/nonexistent": "read"}})
    assert (caught.value.step, caught.value.object) == ("landlock", "/nonexistent")


# --- Keys -------------------------------------------------------------------------------------------------

_KEYCTL = {"x86_64": 250, "aarch64": 219}


@pytest.mark.skipif(os.uname().machine not in _KEYCTL, reason="the number of keyctl(2) is not known")
def test_a_session_keyring_of_its_own():
    def session():
        found = ctypes.CDLL(None).syscall(_KEYCTL[os.uname().machine], 0, -3, 0)
        assert found > 0  # its number; a process without one is told its user's
        return found

    assert call(session) == session()
    assert call(session, new_keyring=True) != session()
    assert call(session, new_keyring=False) == session()
