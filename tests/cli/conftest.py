"""What the tests of `space` share: who runs it, a root file system, a process to join."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from support import ORDINARY_ID, Space, children_of, may_make_user_namespaces, wait_for_line


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("SPACE")
    assert path, "the environment variable SPACE names the program to test"
    return path


@pytest.fixture(scope="session")
def public_directory():
    """A directory that every user can look into, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="space-test-") as name:
        os.chmod(name, 0o755)
        yield pathlib.Path(name)


@pytest.fixture(scope="session", autouse=True)
def own_runtime_directory(public_directory):
    """Where root's compiled filters are kept, which otherwise is /run."""
    if os.geteuid() == 0:
        os.environ["XDG_RUNTIME_DIR"] = str(public_directory)


@pytest.fixture
def directory(public_directory):
    """One of the test's own there, that every user can write to."""
    with tempfile.TemporaryDirectory(dir=public_directory) as name:
        os.chmod(name, 0o777)
        yield pathlib.Path(name)


def reachable(binary, public_directory):
    """The binary, or where an ordinary user cannot get at it, a copy with its library."""
    as_ordinary = ["setpriv", f"--reuid={ORDINARY_ID}", f"--regid={ORDINARY_ID}", "--clear-groups"]
    if subprocess.run([*as_ordinary, binary, "--version"], capture_output=True).returncode == 0:
        return binary, {}
    copy = public_directory / "space"
    shutil.copy(binary, copy)
    # Nothing to be found where it is linked statically.
    libraries = subprocess.run(["ldd", binary], capture_output=True, text=True).stdout
    for line in libraries.splitlines():
        if "libspaces" in line:
            shutil.copy(line.split(" => ")[1].split(" (")[0], public_directory)
    return str(copy), {"LD_LIBRARY_PATH": str(public_directory)}


@pytest.fixture(scope="session")
def as_root(binary):
    if os.geteuid() != 0:
        pytest.skip("only root can test what root sees")
    return Space([binary], {}, is_root=True)


@pytest.fixture(scope="session")
def as_ordinary_user(binary, public_directory):
    if os.geteuid() != 0:
        space = Space([binary], {}, is_root=False)
    else:
        program, environment = reachable(binary, public_directory)
        identity = [f"--reuid={ORDINARY_ID}", f"--regid={ORDINARY_ID}", "--clear-groups"]
        # root's PATH may lead where others cannot look, which execvp(3) takes for a program it may not run.
        environment["PATH"] = "/usr/local/bin:/usr/bin:/bin"
        space = Space(["setpriv", *identity, program], environment, is_root=False)
    if not may_make_user_namespaces(space):
        pytest.skip("ordinary users may not make user namespaces here")
    return space


@pytest.fixture(params=["root", "ordinary user"])
def space(request):
    """The program, as each kind of user runs it."""
    return request.getfixturevalue("as_root" if request.param == "root" else "as_ordinary_user")


@pytest.fixture
def plain(binary):
    """The program as whoever runs the tests: where it makes no difference."""
    return Space([binary], {}, is_root=os.geteuid() == 0)


@pytest.fixture
def rootfs(directory):
    """A root file system of busybox alone."""
    busybox = shutil.which("busybox")
    # ldd(1) fails for what needs no loader.
    if busybox is None or subprocess.run(["ldd", busybox], capture_output=True).returncode == 0:
        pytest.skip("needs a static busybox (busybox-static)")
    root = directory / "rootfs"
    for name in ("bin", "home/someone", "proc", "sys", "dev", "tmp", "etc"):
        (root / name).mkdir(parents=True)
    shutil.copy(busybox, root / "bin/busybox")
    for name in ("sh", "ls", "cat", "id", "ps", "mount", "pwd", "touch", "true", "echo", "stat", "hostname"):
        (root / "bin" / name).symlink_to("busybox")
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755)
    for path in (root, root / "home", root / "tmp"):
        path.chmod(0o777)
    return root


@pytest.fixture
def container(space):
    """A process in namespaces of its own, made by the same user: its pid as we see it."""
    with running_container(space) as pid:
        yield pid


@contextlib.contextmanager
def running_container(space, *options):
    command = ["execute", "--all", "--hostname", "target", "--no-init", *options, "--", "sh", "-c"]
    process = space.start(*command, "echo up; read end", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert wait_for_line(process.stdout) == "up"
        (child,) = children_of(process.pid)
        yield child
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        process.stdout.close()
