"""explain, --config and --bundle: the Spec of a command line, out and in again."""

import json
import os

import pytest


def test_explain_runs_nothing(space, directory):
    shown = space.output("explain", "execute", "--all", "touch", directory / "made")
    assert "touch" in shown
    assert not (directory / "made").exists()


def test_explain_as_json(plain):
    for arguments in (["--json", "execute"], ["execute", "--json"]):
        plan = json.loads(plain.output("explain", *arguments, "--all", "true"))
        assert plan


def test_explain_shows_mounts_and_names(space, rootfs):
    shown = space.output("explain", "chroot", "--hostname", "inner", "--tmpfs", "/tmp", rootfs, "ls")
    for word in (str(rootfs), "inner", "/tmp", "tmpfs", "ls"):
        assert word in shown


def test_explain_refuses_what_execute_refuses(plain):
    assert "no program is given" in plain.failure("explain", "execute", "--all")
    assert "is no duration" in plain.failure("explain", "execute", "--time-limit", "x", "true")


def test_oci_has_what_the_options_say(plain):
    options = ["--hostname", "inner", "--cwd", "/", "--env", "A=1", "--rlimit", "nofile=10:20"]
    config = json.loads(
        plain.output("explain", "--oci", "execute", *options, "--no-new-privs", "-p", "ls", "-l")
    )
    assert config["process"]["args"] == ["ls", "-l"]
    assert config["process"]["cwd"] == "/"
    assert config["process"]["noNewPrivileges"] is True
    assert config["process"]["rlimits"] == [{"type": "RLIMIT_NOFILE", "soft": 10, "hard": 20}]
    assert config["hostname"] == "inner"
    assert {"type": "pid"} in config["linux"]["namespaces"]
    assert {"type": "uts"} in config["linux"]["namespaces"]


def test_what_oci_prints_config_reads(space, rootfs, directory):
    options = ["--all", "--hostname", "inner", "--tmpfs", "/tmp", "--cwd", "/home"]
    text = space.output("explain", "--oci", "chroot", *options, rootfs, "sh", "-c", "hostname; pwd")
    (directory / "spec.json").write_text(text)
    environment = {"PATH": "/bin"}
    assert space.output("execute", "--config", directory / "spec.json", env=environment) == "inner\n/home\n"
    # Options change it, wherever they stand.
    options = ["--hostname", "other", "--config", directory / "spec.json", "-w", "/tmp"]
    assert space.output("execute", *options, env=environment) == "other\n/tmp\n"
    assert space.output("execute", *options, "echo", "instead", env=environment) == "instead\n"


def test_a_configuration_may_come_from_a_pipe(plain):
    text = plain.output("explain", "--oci", "execute", "echo", "read")
    assert plain.output("execute", "--config", "/dev/stdin", input=text) == "read\n"


@pytest.fixture
def bundle(rootfs, directory):
    config = {
        "ociVersion": "1.2.0",
        "process": {"args": ["sh", "-c", "id -u; cat /data/file"], "cwd": "/", "env": ["PATH=/bin"]},
        "root": {"path": "rootfs", "readonly": True},
        "hostname": "bundle",
        "mounts": [{"destination": "/data", "source": "data", "type": "bind", "options": ["rbind", "ro"]}],
        "linux": {
            "namespaces": [{"type": name} for name in ("user", "mount", "pid", "uts")],
            "uidMappings": [{"containerID": 0, "hostID": os.geteuid(), "size": 1}],
            "gidMappings": [{"containerID": 0, "hostID": os.getegid(), "size": 1}],
        },
    }
    (directory / "data").mkdir()
    (directory / "data/file").write_text("of the bundle\n")
    (rootfs / "data").mkdir()
    (directory / "config.json").write_text(json.dumps(config))
    return directory


def test_the_paths_of_a_bundle_are_relative_to_it(plain, bundle):
    assert plain.output("execute", "--bundle", bundle, cwd="/") == "0\nof the bundle\n"
    done = plain.run("execute", "-b", bundle.name, "touch", "/new", cwd=bundle.parent)
    assert "Read-only file system" in done.stderr


def test_a_field_that_is_not_acted_on_is_refused_by_name(plain, bundle):
    config = json.loads((bundle / "config.json").read_text())
    config["linux"]["intelRdt"] = {"closID": "x"}
    (bundle / "config.json").write_text(json.dumps(config))
    assert "intelRdt" in plain.failure("execute", "--bundle", bundle)
