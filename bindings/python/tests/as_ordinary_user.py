"""Run the tests of the package, or one script of them, as an ordinary user.

    as_ordinary_user.py TREE [ARGUMENT of pytest...]
    as_ordinary_user.py TREE NAME.py [ARGUMENT...]

That user need not be able to read the tree it was built in, so what is needed is copied.
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile

import pyspaces

SKIPPED = 77
TESTS = "bindings/python/tests"


def ordinary_user() -> pwd.struct_passwd:
    """A real user of the system if there is one, since /etc/subuid and others name users."""
    users = [user for user in pwd.getpwall() if 1000 <= user.pw_uid < 60000]
    return users[0] if users else pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/sh"))


def loaded_library() -> pathlib.Path:
    """The libspaces that the package has loaded here."""
    with open("/proc/self/maps") as maps:
        return next(pathlib.Path(line.split()[-1]) for line in maps if "/libspaces.so" in line)


def main(tree: str, *arguments: str) -> int:
    if os.getuid() != 0:
        print(f"skipped: user {os.getuid()} is an ordinary user already")
        return SKIPPED
    user = ordinary_user()
    with tempfile.TemporaryDirectory(prefix="pyspaces-test-") as place:
        os.chmod(place, 0o755)
        shutil.copytree(pathlib.Path(pyspaces.__file__).parent, place + "/pyspaces")
        for directory in TESTS, "examples":
            shutil.copytree(pathlib.Path(tree, directory), pathlib.Path(place, directory))
        shutil.copy(pathlib.Path(tree, "bindings/cases.json"), pathlib.Path(place, "bindings"))
        for page in "docs/python.md", "bindings/python/README.md":
            pathlib.Path(place, page).parent.mkdir(exist_ok=True)
            shutil.copy(pathlib.Path(tree, page), pathlib.Path(place, page))
        shutil.copy(loaded_library(), place + "/libspaces.so.1")
        home = place + "/home"
        os.mkdir(home)
        os.chown(home, user.pw_uid, user.pw_gid)
        environment = {
            **os.environ,
            "PYTHONPATH": place,
            "LD_LIBRARY_PATH": place,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": home,
            "TMPDIR": home,
            "USER": user.pw_name,
            "LOGNAME": user.pw_name,
        }

        def become_the_user() -> None:
            os.initgroups(user.pw_name, user.pw_gid)
            os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
            os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)

        if arguments and arguments[0].endswith(".py"):
            command = [sys.executable, f"{place}/{TESTS}/{arguments[0]}", *arguments[1:]]
        else:
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "no:cacheprovider",
                f"{place}/{TESTS}",
                *arguments,
            ]
        try:
            return subprocess.run(
                command, cwd=home, env=environment, preexec_fn=become_the_user, check=False
            ).returncode
        except PermissionError:
            print(f"skipped: {user.pw_name} may not run {sys.executable}")
            return SKIPPED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
