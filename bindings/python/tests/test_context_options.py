"""Contexts: the options of isolation, and what they leave as it is."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys

import pytest

import pyspaces
import support
from support import METHODS, exit_with, finish, isolated, look, run

# Its shared memory comes from an arena that multiprocessing keeps.
multiprocessing.Barrier(1)

pytestmark = pytest.mark.usefixtures("no_helpers")


def environment(sender):
    sender.send((dict(os.environ), os.getcwd(), os.umask(0)))


def say_something():
    print("something", flush=True)
    print("wrong", file=sys.stderr, flush=True)


def read_fd(number):
    assert os.read(number, 5) == b"given"


def test_environment_directory_and_umask(method_context, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    given = {"NAME": "value", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    context = method_context(env=given, workdir="below", umask=0o27)
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        run(context, environment, sender)
        env, directory, umask = receiver.recv()
    assert {name: env.get(name) for name in given} == given
    assert not {"HOME", "PATH"} & env.keys()
    assert (directory, umask) == (str(tmp_path / "below"), 0o27)


def test_output_files(method_context, tmp_path):
    with open(tmp_path / "output", "w+") as output:
        context = method_context(stdout=output, stderr=subprocess.STDOUT)
        run(context, say_something)
        output.seek(0)
        assert output.read().split() == ["something", "wrong"]


def test_passed_descriptors(method_context):
    reader, writer = os.pipe()
    try:
        os.write(writer, b"given" * 2)
        run(method_context(pass_fds={200: reader}), read_fd, 200)
        run(method_context(pass_fds=[reader]), read_fd, reader)
    finally:
        os.close(reader)
        os.close(writer)


def test_namespaces_to_join(method_context):
    user = {} if support.ROOT else {"newuser": True}
    with (
        support.paused(uts=True, hostname="joined", **user) as other,
        open(f"/proc/{other.pid}/ns/uts") as file,
    ):
        for value in (other, file, f"/proc/{other.pid}/ns/uts"):
            context = method_context(uts=value, **dict.fromkeys(user, other))
            receiver, sender = context.Pipe(duplex=False)
            with receiver, sender:
                run(context, look, sender)
                assert receiver.recv()[3] == "joined"


def test_what_fails_in_the_setup_is_raised(method_context, tmp_path):
    missing = str(tmp_path / "missing")
    context = method_context(all=True, rootdir=missing)
    process = context.Process(target=exit_with, args=(0,))
    with pytest.raises(FileNotFoundError, match="missing") as caught:
        process.start()
    assert isinstance(caught.value, pyspaces.Error)
    assert caught.value.step
    assert multiprocessing.active_children() == []


def test_the_package_lists_what_it_imports_when_it_is_used():
    assert set(pyspaces.__all__) <= set(dir(pyspaces))


def test_what_contradicts_is_refused_by_the_start(method_context):
    process = method_context(default_mounts=True, newuser=True).Process(target=exit_with, args=(0,))
    with pytest.raises(ValueError, match="needs a new mount namespace"):
        process.start()


@pytest.mark.parametrize(
    "options, error, words",
    [
        ({"method": "thread"}, ValueError, "method='thread'"),
        ({"target": print}, TypeError, "target: give it to Process"),
        ({"argv": ["ps"]}, ValueError, "argv.*use Container"),
        ({"stdin": "/dev/null"}, ValueError, "stdin"),
        ({"stdout": subprocess.PIPE}, ValueError, "stdout=subprocess.PIPE"),
        ({"daemonize": True}, ValueError, "daemonize"),
        ({"terminal": True}, ValueError, "terminal"),
        ({"uid": "root"}, TypeError, "uid"),
        ({"executable": 3}, TypeError, "executable=3"),
        ({"vm": True}, ValueError, "CLONE_VM"),
        ({"nonsense": 1}, TypeError, r"^get_context\(\) got an unexpected keyword argument 'nonsense'"),
    ],
)
def test_wrong_arguments_are_refused_at_once(options, error, words):
    with pytest.raises(error, match=words):
        pyspaces.get_context(**options)


def test_nothing_of_multiprocessing_is_changed(context):
    before = multiprocessing.context._default_context._actual_context
    run(context, exit_with, 0)
    isolated("spawn").set_executable("/nonexistent")
    assert multiprocessing.context._default_context._actual_context is before
    assert multiprocessing.spawn.get_executable() != "/nonexistent"
    assert multiprocessing.get_context(context.get_start_method()) is not context


def test_contexts_of_other_methods(context):
    for method in METHODS:
        other = context.get_context(method)
        assert other.get_start_method() == method
        assert (other is context) == (method == context.get_start_method())
    with pytest.raises(ValueError, match="cannot find context for 'thread'"):
        context.get_context("thread")
    with pytest.raises(ValueError, match="concrete context"):
        context.set_start_method("fork")


def test_the_default_method_is_that_of_multiprocessing():
    assert pyspaces.get_context().get_start_method() == (
        multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    )


def test_another_interpreter(tmp_path):
    run(isolated("spawn", executable=sys.executable), exit_with, 0)
    context = isolated("spawn")
    context.set_executable(tmp_path / "missing")
    with pytest.raises(FileNotFoundError, match="missing"):
        context.Process(target=exit_with, args=(0,)).start()


def test_subclasses(context):
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        process = SUBCLASSES[context.get_start_method()](sender)
        process.start()
        assert receiver.recv() == ("of a subclass", 2)
        finish(process)


def _subclass(method):
    class Subclass(isolated(method).Process):
        def __init__(self, sender):
            super().__init__()
            self.sender = sender

        def run(self):
            self.sender.send(("of a subclass", os.getpid()))

    Subclass.__qualname__ = Subclass.__name__ = f"Subclass_{method}"
    globals()[Subclass.__name__] = Subclass
    return Subclass


SUBCLASSES = {method: _subclass(method) for method in METHODS}
