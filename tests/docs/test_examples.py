"""The programs of examples/ do what the documents that show them say."""

import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
TOUR = "process 2 of user 0 on box\nexit status 3\n"


def given(name, what):
    """A part of the build, by the environment variable that CMake has set to its place."""
    value = os.environ.get(name)
    if not value:
        pytest.skip(f"{what} is not built")
    return value


def output(*command, **environment):
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=300
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def test_the_tour_in_c():
    assert output(given("TOUR_C", "the C example")) == TOUR


def test_the_tour_in_python():
    path = given("PYSPACES", "the Python package")
    # Unbuffered only where the output is no terminal: the program's lines come first in any case.
    assert output(sys.executable, EXAMPLES / "tour/tour.py", PYTHONPATH=path) == TOUR


def test_the_tour_in_ruby():
    assert output(given("RUBY", "the Ruby gem"), EXAMPLES / "tour/tour.rb") == TOUR


def test_the_tour_in_the_shell():
    directory = os.path.dirname(given("SPACE", "the program space"))
    path = f"{directory}:{os.environ['PATH']}"
    assert output("sh", EXAMPLES / "tour/tour.sh", PATH=path) == TOUR


def test_the_tour_in_go(tmp_path):
    """As a program outside of the tree, which has the package by a replace directive."""
    go = given("GO", "the Go package")
    (tmp_path / "main.go").write_text((EXAMPLES / "tour/tour.go").read_text())
    (tmp_path / "go.mod").write_text(
        "module tour\n\ngo 1.19\n\n"
        "require github.com/Friz-zy/pyspaces/bindings/go v0.0.0\n"
        f"replace github.com/Friz-zy/pyspaces/bindings/go => {EXAMPLES.parent}/bindings/go\n"
    )
    subprocess.run([go, "build", "-o", "tour", "."], cwd=tmp_path, check=True, timeout=600)
    assert output(tmp_path / "tour") == TOUR


def test_the_example_of_the_manual_page():
    assert output(given("CAPTURE", "the example of spaces(3)")) == "process 2 on box\n"
