"""--selinux-label and --mount-label: under the policy of the virtual machine (./dev vm selinux), and where
SELinux is not active."""

import json
import pathlib

import pytest

CONFINED = "system_u:system_r:confined_t:s0:c1,c2"
MOUNT = "system_u:object_r:mount_t:s0:c1,c2"
ENFORCE = pathlib.Path("/sys/fs/selinux/enforce")


def has_the_policy():
    try:
        pathlib.Path("/sys/fs/selinux/context").write_bytes(CONFINED.encode() + b"\0")
    except OSError:
        return False
    return True


needs_policy = pytest.mark.skipif(
    not has_the_policy(), reason="SELinux is not active here with the tests' policy"
)
needs_none = pytest.mark.skipif(ENFORCE.exists(), reason="SELinux is active")


def shown(output):
    return output.rstrip("\0\n")


@needs_policy
def test_the_program_has_its_label(as_root):
    command = ["--selinux-label", CONFINED, "cat", "/proc/self/attr/current"]
    assert shown(as_root.output("execute", *command)) == CONFINED
    assert shown(as_root.output("execute", "--all", *command)) == CONFINED


@needs_policy
def test_an_unknown_label_is_refused_with_a_hint(as_root, directory):
    made = directory / "made"
    said = as_root.failure("execute", "--selinux-label", "system_u:system_r:no_such_t:s0", "touch", made)
    assert 'cannot set the SELinux label "system_u:system_r:no_such_t:s0"' in said
    assert "the loaded policy does not know this label" in said
    assert not made.exists()
    said = as_root.failure("execute", "--mount-label", "no_such_label", "touch", made)
    assert "linux.mountLabel" in said or "--mount-label" in said
    assert "the loaded SELinux policy does not know the label" in said
    assert not made.exists()


@needs_policy
def test_new_file_systems_have_their_label(as_root, rootfs):
    seen = as_root.output(
        "chroot",
        "--pid",
        "--mount-label",
        MOUNT,
        "--tmpfs",
        "/tmp:size=1m",
        rootfs,
        "cat",
        "/proc/self/mountinfo",
    )
    assert f'context="{MOUNT}"' in next(line for line in seen.splitlines() if " /tmp " in line)
    plan = as_root.output("explain", "chroot", "--mount-label", MOUNT, "--tmpfs", "/tmp", rootfs, "true")
    assert f'mount "tmpfs" on "/tmp" with context="{MOUNT}"' in plan


@needs_policy
def test_features_and_doctor_tell_of_it(as_root):
    checks = json.loads(as_root.output("features", "--json"))["checks"]
    check = next(check for check in checks if check["name"] == "selinux")
    assert check["works"] and check["value"] == "enforcing"
    assert "selinux" not in as_root.run("doctor").stdout


@needs_none
def test_without_selinux_a_label_is_an_error_with_a_hint(plain):
    for option in ("--selinux-label", "--mount-label"):
        said = plain.failure("execute", option, "a:b:c:s0", "true")
        assert "SELinux is not active in this kernel" in said
        assert "security=selinux" in said
    assert "selinux: SELinux is not active" in plain.run("doctor").stdout


def test_the_label_goes_to_the_configuration_and_back(plain, directory):
    options = ["--selinux-label", CONFINED, "--mount-label", MOUNT]
    config = plain.output("explain", "--oci", "execute", *options, "true")
    assert json.loads(config)["linux"]["mountLabel"] == MOUNT
    assert json.loads(config)["process"]["selinuxLabel"] == CONFINED
    (directory / "config.json").write_text(config)
    again = plain.output("explain", "--oci", "execute", "--config", directory / "config.json")
    assert json.loads(again)["linux"]["mountLabel"] == MOUNT
