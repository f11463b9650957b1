"""help, version, features, doctor and the completion of three shells."""

import json
import re
import shutil
import subprocess

import pytest

from support import PATIENCE

COMMANDS = ["execute", "chroot", "inject"]
VERBS = ["explain", "features", "doctor", "gc", "completion", "help"]


def test_version(plain):
    assert re.fullmatch(r"space \d+\.\d+\.\d+\n", plain.output("--version"))


@pytest.mark.parametrize("arguments", [["help"], ["--help"], ["-h"]])
def test_help_names_every_command(plain, arguments):
    shown = plain.output(*arguments)
    for name in COMMANDS + VERBS:
        assert re.search(rf"^  {name}\b", shown, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(plain, command):
    shown = plain.output("help", command)
    assert shown == plain.output(command, "--help") == plain.output(command, "-h")
    assert shown.startswith(f"Usage: space {command} ")
    assert max(map(len, shown.splitlines())) <= 110
    # Whatever is an option is shown, with the name that it is typed by.
    for line in plain.output("complete", command).splitlines():
        name, _, text = line.split("\t")
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", shown)
        assert text


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb(plain, verb):
    shown = plain.output("help", verb)
    assert shown.startswith(f"Usage: space {verb}")
    if verb != "help":
        assert plain.output(verb, "--help") == plain.output(verb, "-h") == shown


@pytest.mark.parametrize("command", COMMANDS)
def test_no_name_is_used_twice(plain, command):
    names = [line.split("\t")[0] for line in plain.output("complete", command).splitlines()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_accepted(plain, command):
    """Each name of each option, with a value or without; the value itself may be refused."""
    for line in plain.output("complete", command).splitlines():
        name, takes, _ = line.split("\t")
        words = [name] if takes == "-" or takes.startswith("[") else [name, takes.split("|")[0]]
        operand = {"execute": [], "chroot": ["/"], "inject": ["1"]}[command]
        done = plain.run("explain", command, *words, *operand, "true")
        assert "unknown option" not in done.stderr
        assert "takes no value" not in done.stderr


def test_features_is_a_table_and_json(space):
    features = json.loads(space.output("features", "--json"))
    names = [check["name"] for check in features["checks"]]
    assert "namespace.user" in names
    shown = space.output("features")
    for check in features["checks"]:
        works = "yes" if check["works"] else "no "
        assert re.search(rf"^{works}  {re.escape(check['name'])}\b", shown, re.MULTILINE)


def test_doctor_names_what_does_not_work_and_why(space):
    done = space.run("doctor")
    found = space.run("doctor", "--json")
    assert done.returncode == found.returncode
    checks = json.loads(found.stdout)["checks"]
    broken = [check for check in checks if not check["works"]]
    for check in broken:
        assert f"  {check['name']}: {check['reason']}\n" in done.stdout
        assert check["hint"] in done.stdout
    essential = [check for check in broken if check["name"].startswith("namespace.")]
    assert done.returncode == (1 if essential else 0)
    assert f"{len(checks) - len(broken)} of {len(checks)} checks" in done.stdout


def test_doctor_fails_where_something_essential_is_missing(as_root):
    # In this user namespace no further namespace can be made (namespaces(7), user.max_net_namespaces).
    script = f"echo 0 >/proc/sys/user/max_net_namespaces && exec {as_root.command[0]} doctor"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1, done
    assert "Does not work here:" in done.stdout
    assert "namespace.net" in done.stdout


def bash_completion(plain, line):
    """What bash offers for the last word of the line."""
    script = r"""
        source <("$1" completion bash)
        COMP_LINE=$2
        # As readline splits words: "=" is a word of its own.
        COMP_WORDS=() word='' in_word=
        for ((i = 0; i < ${#2}; i++)); do
            letter=${2:i:1}
            case $letter in
                ' ') [[ -z $in_word ]] || COMP_WORDS+=("$word"); word='' in_word= ;;
                '=') [[ -z $in_word ]] || COMP_WORDS+=("$word"); COMP_WORDS+=('='); word='' in_word= ;;
                *) word+=$letter in_word=1 ;;
            esac
        done
        COMP_WORDS+=("$word")
        COMP_WORDS[0]=$1
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        compopt() { :; } # works only while readline completes
        _space
        printf '%s\n' "${COMPREPLY[@]}"
    """
    command = ["bash", "--norc", "-c", script, "bash", plain.command[0], line]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    "line, expected",
    [
        ("space exe", {"execute"}),
        ("space explain chr", {"chroot"}),
        ("space execute --hostn", {"--hostname"}),
        ("space -v execute --uts --time-", {"--time-limit"}),
        ("space execute --setgroups ", {"allow", "deny"}),
        ("space execute --propagation sl", {"slave"}),
        ("space execute -Uw /us", {"/usr"}),
        ("space execute --net=/etc/hostn", {"/etc/hostname"}),
        ("space chroot --pid /us", {"/usr"}),
        ("space inject --net 1", None),
        ("space execute --share ", {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}),
        ("space execute printen", {"printenv"}),
        ("space completion f", {"fish"}),
        ("space features --", {"--json"}),
    ],
)
def test_bash_completion(plain, line, expected):
    offered = set(bash_completion(plain, line))
    if expected is None:
        assert "1" in offered
    else:
        assert offered == expected


@pytest.mark.parametrize(
    "line", ["space execute ls --hostn", "space execute -- --hostn", "space chroot / ls --hostn"]
)
def test_bash_completion_leaves_the_programs_options_alone(plain, line):
    assert "--hostname" not in bash_completion(plain, line)


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs the shell fish")
@pytest.mark.parametrize(
    "line, expected",
    [
        ("space exe", "execute"),
        ("space execute --hostn", "--hostname"),
        ("space execute --setgroups d", "deny"),
        ("space chroot --pid /us", "/usr/"),
        ("space execute printen", "printenv"),
        ("space explain --json inj", "inject"),
        ("space completion z", "zsh"),
    ],
)
def test_fish_completion(plain, directory, line, expected):
    (directory / "space").symlink_to(plain.command[0])
    script = f'set -gx PATH {directory} $PATH; space completion fish | source; complete -C "{line}"'
    environment = {"HOME": str(directory), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["fish", "--no-config", "-c", script], capture_output=True, text=True, env=environment
    )
    assert expected in [each.split("\t")[0] for each in done.stdout.splitlines()]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs the shell zsh")
@pytest.mark.parametrize(
    "line, expected",
    [
        ("space exe", "space execute "),
        ("space execute --hostn", "space execute --hostname="),
        ("space execute --setgroups d", "space execute --setgroups deny "),
        ("space execute -U printen", "space execute -U printenv "),
        ("space chroot --pid /us", "space chroot --pid /usr/"),
        ("space explain inj", "space explain inject "),
        ("space completion f", "space completion fish "),
    ],
)
def test_zsh_completion(plain, directory, line, expected):
    (directory / "space").symlink_to(plain.command[0])
    (directory / "_space").write_text(plain.output("completion", "zsh"))
    # A shell in a terminal of its own, which is typed at and says what its line has become.
    script = f"""
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell 'PS1= PATH={directory}:$PATH fpath=({directory} $fpath); autoload -U compinit'
        zpty -w shell 'compinit -D -u; show() {{ print -r -- "<<$BUFFER>>"; }}'
        zpty -w shell 'zle -N show; bindkey "^X" show'
        zpty -w shell "echo rea''dy"
        zpty -r shell output '*ready*'
        zpty -w -n shell $'{line}\\t\\C-x'
        zpty -r shell output '*<<*>>*'
        print -r -- $output
        zpty -d shell
    """
    environment = {"HOME": str(directory), "PATH": "/usr/bin:/bin", "TERM": "dumb"}
    command = ["zsh", "-f", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE)
    shown = re.search(r"<<(.*)>>", done.stdout)
    assert shown, done
    assert shown.group(1) == expected
