"""The manual pages against what they describe: the options of `space`, the functions of the headers."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
COMMANDS = ["execute", "chroot", "inject"]
VERBS = ["explain", "features", "doctor", "gc", "completion", "help"]


@pytest.fixture(scope="session")
def space():
    program = os.environ.get("SPACE")
    if program is None:
        pytest.skip("the program space is not built")

    def output(*arguments):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout

    return output


def page(name):
    return (SOURCE / f"docs/man/{name}.scd").read_text()


def options_of_the_page(command):
    """The names of options in space(1), but for those of which it says that they are not for the command."""
    names = set()
    for heads, lines in re.findall(r"^((?:\*-.*\n)+)((?:\t.*\n)+)", page("space.1"), re.MULTILINE):
        text = " ".join(lines.split())
        only = re.search(r"Only for \*(\w+)\*", text)
        other = re.search(r"Not for \*(\w+)\*", text)
        if (only and only[1] != command) or (other and other[1] == command):
            continue
        names |= set(re.findall(r"(?<![\w-])\*(--?\w[\w-]*)\*", heads))
    return names - {"--version"}


@pytest.mark.parametrize("command", COMMANDS)
def test_space_1_has_the_options_of_a_command_and_no_others(space, command):
    offered = {line.split("\t")[0] for line in space("complete", command).splitlines()}
    assert options_of_the_page(command) == offered


def test_every_long_option_that_help_shows_is_in_space_1_and_the_other_way_round(space):
    shown = space("help") + "".join(space("help", name) for name in COMMANDS + VERBS)
    long_option = r"(?<![\w-])--[a-z][a-z-]*[a-z]"
    assert set(re.findall(long_option, page("space.1"))) == set(re.findall(long_option, shown))


def test_every_command_has_a_paragraph_in_space_1(space):
    for name in COMMANDS + VERBS:
        assert re.search(rf"^  {name}\b", space("help"), re.MULTILINE)
        assert re.search(rf"^\*{name}\* ?.*\n\t", page("space.1"), re.MULTILINE), name


def test_spaces_3_lists_the_functions_of_each_header_and_no_others():
    sections = re.findall(r"^## <spaces/(\w+\.h)>.*\n((?:(?!#).*\n)*)", page("spaces.3"), re.MULTILINE)
    listed = {header: set(re.findall(r"\*(spaces_\w+)\*\(\)", text)) for header, text in sections}
    declared = {}
    for header in sorted((SOURCE / "include/spaces").glob("*.h")):
        code = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)
        functions = set(re.findall(r"\b(spaces_\w+)\s*\(", code)) - {"spaces_main_fn"}
        declared[header.name] = functions
    del declared["spaces.h"]  # which includes all of the others
    assert listed == declared


def test_spaces_3_lists_the_status_codes():
    codes = set(re.findall(r"\bSPACES_E[A-Z]+\b(?= = )", (SOURCE / "include/spaces/base.h").read_text()))
    assert codes
    assert codes <= set(re.findall(r"\*(SPACES_E[A-Z]+)\*", page("spaces.3")))


@pytest.mark.parametrize("name", ["space.1", "spaces.3", "spaces.7"])
def test_a_page_is_formatted_without_a_warning(name):
    built = pathlib.Path(os.environ.get("MANUAL", "")) / name
    if not built.is_file():
        pytest.skip("the manual pages are not built, which takes scdoc")
    if shutil.which("man") is None:
        pytest.skip("needs man(1) (man-db)")
    done = subprocess.run(
        ["man", "--warnings", "--local-file", built],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PAGER": "cat"},
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 80
