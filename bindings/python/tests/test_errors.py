"""Exceptions: what they tell, and which classes they are."""

from __future__ import annotations

import builtins
import errno
import pickle

import pytest

from pyspaces import Container, Error, _spaces, errors


def error_of(**options):
    with pytest.raises(Error) as caught:
        Container(**options).start()
    return caught.value


def test_attributes():
    error = error_of(argv=["/nonexistent/program"])
    assert error.code == _spaces.SPACES_ESETUP
    assert error.errno == errno.ENOENT
    assert error.step == "exec"
    assert error.object == "/nonexistent/program"
    assert error.system_call.startswith("exec")
    assert "/nonexistent/program" in error.message
    assert error.message == error.strerror
    assert str(error).startswith(error.message)


def test_the_hint_is_shown():
    error = errors.from_library(-2, errno.EPERM, -1, "clone", "", "clone3", "cannot clone: no", "ask root")
    assert str(error) == "cannot clone: no (ask root)"
    assert error.message == "cannot clone: no"
    assert error.hint == "ask root"


@pytest.mark.parametrize(
    ("number", "builtin"),
    [
        (errno.ENOENT, FileNotFoundError),
        (errno.EPERM, PermissionError),
        (errno.EACCES, PermissionError),
        (errno.EEXIST, FileExistsError),
        (errno.ENOTDIR, NotADirectoryError),
        (errno.ESRCH, ProcessLookupError),
        (errno.EAGAIN, BlockingIOError),
        (errno.EINVAL, OSError),
    ],
)
def test_the_class_is_that_of_the_errno(number, builtin):
    error = errors.from_library(_spaces.SPACES_ESETUP, number, 3, "mount", "/proc", "mount", "it failed", "")
    assert isinstance(error, Error)
    assert isinstance(error, builtin)
    assert error.errno == number
    assert error.index == 3


def test_without_a_system_call_the_code_tells_the_class():
    make = errors.from_library
    assert isinstance(make(_spaces.SPACES_EINVALID, 0, -1, "spec", "x", "", "wrong", ""), builtins.ValueError)
    assert isinstance(make(_spaces.SPACES_ENOTFOUND, 0, -1, "spec", "x", "", "wrong", ""), FileNotFoundError)
    assert isinstance(make(_spaces.SPACES_ETIMEOUT, 0, -1, "wait", "x", "", "wrong", ""), TimeoutError)
    assert isinstance(make(_spaces.SPACES_ENOMEMORY, 0, -1, "", "", "", "out of memory", ""), MemoryError)


def test_the_name_in_tracebacks():
    error = error_of(argv=["/nonexistent/program"])
    assert f"{type(error).__module__}.{type(error).__name__}" == "pyspaces.errors.FileNotFoundError"


def test_they_can_be_sent_to_other_processes():
    error = error_of(argv=["/nonexistent/program"])
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert vars(copy) == vars(error)
    assert copy.errno == error.errno
    assert str(copy) == str(error)


def test_invalid_arguments_are_value_errors():
    error = error_of(target=int, hostname="x" * 100, newuts=True)
    assert isinstance(error, builtins.ValueError)
    assert error.code == _spaces.SPACES_EINVALID
    assert "hostname" in error.object


def test_bytes_that_are_no_text_are_kept():
    error = error_of(argv=[b"/nonexistent/\xff"])
    assert error.object == "/nonexistent/\udcff"


def test_the_raw_module_checks_types():
    spec = _spaces.spaces_spec_new()
    with pytest.raises(TypeError):
        spec.set_uid("one")
    with pytest.raises((OverflowError, TypeError, builtins.ValueError)):
        spec.set_uid(-1)
    with pytest.raises(TypeError):
        spec.set_cwd(1.5)
    with pytest.raises(TypeError, match="callable"):
        _spaces.spaces_fork_begin(spec, None)
    with pytest.raises(TypeError):
        spec.load_json(17)
    with pytest.raises(TypeError):
        _spaces.spaces_spec()  # only libspaces makes them


def test_a_spec_can_be_copied_and_written():
    spec = _spaces.spaces_spec_new()
    spec.set_hostname("box")
    copy = _spaces.spaces_spec_copy(spec)
    del spec
    assert '"box"' in copy.to_json()


def test_every_setter_of_the_stub_exists():
    """The stub is written by hand."""
    import ast
    import pathlib

    stub = pathlib.Path(_spaces.__file__).parent / "_spaces.pyi"
    declared = ast.parse(stub.read_text())
    for node in declared.body:
        if isinstance(node, ast.ClassDef):
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            real = {name for name in vars(getattr(_spaces, node.name)) if not name.startswith("_")}
            assert methods == real - {"acquire", "append", "disown", "next", "own", "this", "thisown"}
        elif isinstance(node, (ast.FunctionDef, ast.AnnAssign)):
            assert hasattr(_spaces, node.name if isinstance(node, ast.FunctionDef) else node.target.id)
