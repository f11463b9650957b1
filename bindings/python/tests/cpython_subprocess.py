"""CPython's own tests of subprocess and of asyncio's subprocesses, run with pyspaces' in their place.

    cpython_subprocess.py shared|isolated [NAME of a test...]

Each program shares everything with this process, or has new namespaces of every kind. What cannot pass is
listed with its reason; a listed test that does pass is an error, so that the list stays true.
"""

import asyncio
import os
import subprocess
import sys
import unittest

import pyspaces
import pyspaces.subprocess

SKIPPED = 77

PREEXEC = "preexec_fn is refused: no Python code runs between the start of a process and its program"
LOOP = "the argument loop is gone since Python 3.10"
INTERNALS = "looks into how subprocess itself makes a process: _fork_exec(), waitpid()"
CANNOT_PASS = {
    "MiscTests.test__all__": "the names that the module pyspaces.subprocess imports itself",
    "POSIXProcessTestCase.test__use_vfork": INTERNALS,
    "POSIXProcessTestCase.test_close_fds_after_preexec": PREEXEC,
    "POSIXProcessTestCase.test_exception_errpipe_bad_data": INTERNALS,
    "POSIXProcessTestCase.test_exception_errpipe_normal": INTERNALS,
    "POSIXProcessTestCase.test_preexec": PREEXEC,
    "POSIXProcessTestCase.test_preexec_errpipe_does_not_double_close_pipes": PREEXEC,
    "POSIXProcessTestCase.test_preexec_exception": PREEXEC,
    "POSIXProcessTestCase.test_preexec_fork_failure": PREEXEC,
    "POSIXProcessTestCase.test_preexec_gc_module_failure": PREEXEC,
    "POSIXProcessTestCase.test_stopped": INTERNALS,
    "POSIXProcessTestCase.test_surrogates_error_message": PREEXEC,
    "ProcessTestCase.test__use_vfork": INTERNALS,
    "ProcessTestCaseNoPoll.test__use_vfork": INTERNALS,
    "SubprocessThreadedWatcherTests.test_exec_loop_deprecated": LOOP,
    "SubprocessThreadedWatcherTests.test_shell_loop_deprecated": LOOP,
}
# In a user namespace that an ordinary user has made there is that user alone.
OTHER_IDS = "another user is not mapped in the new user namespace: that is a ValueError here"
CANNOT_PASS_FOR_A_USER = {
    "POSIXProcessTestCase.test_group": OTHER_IDS,
    "POSIXProcessTestCase.test_user": OTHER_IDS,
}
# These start their programs by methods of the event loop, and so without us.
NOT_OURS = {
    "test_cancel_post_init",
    "test_close_dont_kill_finished",
    "test_close_kill_running",
    "test_popen_error",
    "test_popen_error_with_stdin_pipe",
}


def replace_subprocess() -> None:
    """Make pyspaces.subprocess the module subprocess of what is imported from now on."""
    ours = vars(pyspaces.subprocess)
    for name, value in vars(subprocess).items():
        ours.setdefault(name, value)  # the tests use private names, too
    sys.modules["subprocess"] = pyspaces.subprocess
    for name in ("create_subprocess_exec", "create_subprocess_shell"):
        for module in asyncio, asyncio.subprocess:
            setattr(module, name, getattr(pyspaces, name))


def isolate() -> None:
    """Give each program new namespaces of every kind, in which its ids are what they are here."""
    identity = "0 0 65536" if os.getuid() == 0 else "self"
    options = {"all": True, "uid_map": identity, "gid_map": identity}
    start = pyspaces.Popen.__init__

    def __init__(self, *args, **given):
        start(self, *args, **{**options, **given})

    pyspaces.Popen.__init__ = __init__


def cases(suite: unittest.TestSuite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from cases(test)
        else:
            yield test


def short_name(test: unittest.TestCase) -> str:
    return test.id().split(".", 2)[-1].replace("test_subprocess.", "")


def find_tests(names: list[str]) -> list[unittest.TestCase]:
    from test import test_subprocess
    from test.test_asyncio import test_subprocess as test_asyncio

    load = unittest.defaultTestLoader.loadTestsFromTestCase
    own_watcher = test_asyncio.SubprocessThreadedWatcherTests
    found = [
        *cases(unittest.defaultTestLoader.loadTestsFromModule(test_subprocess)),
        *(test for test in cases(load(own_watcher)) if test._testMethodName not in NOT_OURS),
    ]
    return [test for test in found if not names or any(name in test.id() for name in names)]


def main(mode: str, *names: str) -> int:
    replace_subprocess()
    impossible = dict(CANNOT_PASS)
    if mode == "isolated":
        isolate()
        if os.getuid() != 0:
            impossible.update(CANNOT_PASS_FOR_A_USER)
    try:
        tests = find_tests(list(names))
    except ImportError as error:
        print(f"skipped: {error} (Debian 12: libpython3.11-testsuite)")
        return SKIPPED
    expected = [test for test in tests if short_name(test) not in impossible]
    result = unittest.TextTestRunner(verbosity=1).run(unittest.TestSuite(expected))
    successful = result.wasSuccessful()
    for test in tests:
        reason = impossible.get(short_name(test))
        if reason is None:
            continue
        alone = unittest.TestResult()
        unittest.TestSuite([test]).run(alone)
        if alone.wasSuccessful() and not alone.skipped:
            print(f"{short_name(test)} passes, but is listed as impossible: {reason}")
            successful = False
        else:
            print(f"not run: {short_name(test)}: {reason}")
    return 0 if successful else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
