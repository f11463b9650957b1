"""Helpers of the tests of `space`."""

import os
import pathlib
import select
import subprocess
import time

ORDINARY_ID = 1000  # setpriv(1) needs no account for it
PATIENCE = 60  # seconds after which a test has failed; none waits for it to pass
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")


class Space:
    """`space`, as one kind of user runs it."""

    def __init__(self, command, environment, is_root):
        self.command = command
        self.environment = environment
        self.is_root = is_root

    @property
    def uid(self):
        return 0 if self.is_root else (ORDINARY_ID if os.geteuid() == 0 else os.geteuid())

    @property
    def gid(self):
        return 0 if self.is_root else (ORDINARY_ID if os.geteuid() == 0 else os.getegid())

    def _environment(self, env):
        return {**self.environment, **env} if env is not None else {**os.environ, **self.environment}

    def run(self, *arguments, env=None, **options):
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        command = [*self.command, *map(str, arguments)]
        return subprocess.run(command, env=self._environment(env), text=True, timeout=PATIENCE, **options)

    def output(self, *arguments, **options):
        """What the program prints; it must succeed and say nothing else."""
        done = self.run(*arguments, **options)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def failure(self, *arguments, status=125, **options):
        """What `space` says on the standard error when it fails with that status."""
        done = self.run(*arguments, **options)
        assert done.returncode == status, done
        assert done.stdout == "", done
        return done.stderr

    def start(self, *arguments, env=None, **options):
        command = [*self.command, *map(str, arguments)]
        return subprocess.Popen(command, env=self._environment(env), text=True, **options)


def may_make_user_namespaces(space):
    # unshare(1), not the program under test.
    prefix = space.command[:-1]
    return subprocess.run([*prefix, "unshare", "--user", "true"], capture_output=True).returncode == 0


def wait_for_line(stream):
    """The next line of a pipe, without waiting for ever."""
    ready, _, _ = select.select([stream], [], [], PATIENCE)
    assert ready, "nothing was written"
    return stream.readline().rstrip("\n")


def wait_until(condition):
    """For what cannot be waited for but only looked at."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.0001)


def children_of(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def namespaces(pid="self"):
    return {name: os.readlink(f"/proc/{pid}/ns/{name}") for name in NAMESPACES}


def parse_namespaces(text):
    """The output of `readlink /proc/self/ns/…` as a dictionary like that of namespaces()."""
    return {line.split(":")[0]: line for line in text.split()}


SHOW_NAMESPACES = ["readlink", *(f"/proc/self/ns/{name}" for name in NAMESPACES)]
