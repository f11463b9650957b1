"""The AppArmor profile of `space`: the parser of this system takes it, and it attaches to the program."""

import os
import pathlib
import shutil
import subprocess

import pytest

ENABLED = pathlib.Path("/sys/module/apparmor/parameters/enabled")

needs_parser = pytest.mark.skipif(
    shutil.which("apparmor_parser") is None, reason="apparmor_parser is not installed"
)
needs_apparmor = pytest.mark.skipif(
    os.geteuid() != 0 or not ENABLED.exists() or ENABLED.read_text().strip() != "Y",
    reason="AppArmor is not active in this kernel, or this is not root",
)


@pytest.fixture
def profile():
    path = os.environ.get("SPACE_PROFILE")
    if path is None:
        pytest.skip("the environment variable SPACE_PROFILE names no profile")
    return pathlib.Path(path)


def parser(*arguments):
    return subprocess.run(["apparmor_parser", *map(str, arguments)], capture_output=True, text=True)


@needs_parser
def test_the_parser_takes_it(profile):
    done = parser("--skip-kernel-load", "--skip-cache", profile)
    assert done.returncode == 0, done.stderr
    names = parser("--names", profile)
    assert names.stdout.split() == ["space"]


@needs_parser
@needs_apparmor
def test_it_attaches_to_the_program_and_restricts_nothing(profile, binary, directory):
    installed = directory / "space"
    shutil.copy(binary, installed)
    text = profile.read_text()
    path = next(line.split()[2] for line in text.splitlines() if line.startswith("profile space "))
    (directory / "profile").write_text(text.replace(path, str(installed)))
    loaded = parser("--replace", "--skip-cache", directory / "profile")
    assert loaded.returncode == 0, loaded.stderr
    try:
        seen = subprocess.run(
            [installed, "execute", "cat", "/proc/self/attr/current"], capture_output=True, text=True
        )
        assert (seen.stdout, seen.stderr) == ("space (unconfined)\n", "")
        identity = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
        inside = [installed, "execute", "--all", "--user", "readlink", "/proc/self"]
        seen = subprocess.run([*identity, *inside], capture_output=True, text=True)
        assert seen.returncode == 0 and seen.stdout.strip().isdigit(), seen
    finally:
        parser("--remove", "--skip-cache", directory / "profile")
