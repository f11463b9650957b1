"""Run CPython's own tests of multiprocessing with isolated contexts in the place of multiprocessing's.

    run.py METHOD [--part] [PATTERN...]

METHOD is fork, spawn or forkserver. Every process of the tests is in new namespaces of all kinds, but for
what exceptions.py names; what it says cannot pass is run too, and it is a failure where it does. --part: only
what there is always time for; PATTERN: only tests with this in their names.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import multiprocessing.context
import os
import re
import signal
import sys
import unittest
from typing import Any

import exceptions

import pyspaces

SKIPPED = 77
DEADLINE = 120.0  # seconds for one test, which takes one or two


def isolation(*shared: str) -> dict[str, Any]:
    """All namespaces but those that are to be the caller's."""
    options: dict[str, Any] = dict.fromkeys(shared, False)
    return {**options, "all": True, "map_zero": os.getuid() != 0}


class Result(unittest.TextTestResult):
    """Gives every test the context that it needs, and ends one that hangs."""

    method = ""

    def startTest(self, test: unittest.TestCase) -> None:
        install(self.method, isolation(*exceptions.shared_by(test.id())))
        self._set_deadline(DEADLINE)
        super().startTest(test)

    def stopTest(self, test: unittest.TestCase) -> None:
        self._set_deadline(0)
        super().stopTest(test)

    def addSuccess(self, test: unittest.TestCase) -> None:
        if exceptions.reason_against(test.id()):
            self.addUnexpectedSuccess(test)
        else:
            super().addSuccess(test)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        if exceptions.reason_against(test.id()):
            self.addExpectedFailure(test, err)
        else:
            super().addFailure(test, err)

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        if exceptions.reason_against(test.id()):
            self.addExpectedFailure(test, err)
        else:
            super().addError(test, err)

    @staticmethod
    def _set_deadline(seconds: float) -> None:
        def end(*_: object) -> None:
            # Once more, should the test hang in its tearDown too.
            signal.setitimer(signal.ITIMER_REAL, DEADLINE)
            raise TimeoutError(f"the test has not ended after {DEADLINE:.0f} seconds")

        signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def install(method: str, options: dict[str, Any]) -> None:
    """Put an isolated context where multiprocessing has its own of this start method."""
    contexts: Any = multiprocessing.context
    default = contexts._default_context
    was = contexts._concrete_contexts[method]
    contexts._concrete_contexts[method] = pyspaces.get_context(method, **options)
    if default._actual_context is was:
        default._actual_context = contexts._concrete_contexts[method]


def delegate(name: str) -> None:
    """Have multiprocessing.NAME() ask the context of the moment, and not the class that it is bound to."""

    def function(*args: Any, **options: Any) -> Any:
        return getattr(multiprocessing.get_context(), name)(*args, **options)

    setattr(multiprocessing, name, function)


def tests(method: str, patterns: list[str]) -> unittest.TestSuite:
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*" for pattern in patterns] or None
    suite = loader.loadTestsFromModule(importlib.import_module(f"test.test_multiprocessing_{method}"))
    executors = importlib.import_module("test.test_concurrent_futures")
    own = re.compile(f"ProcessPool{method}(?!server)", re.IGNORECASE)
    for name, case in vars(executors).items():
        if isinstance(case, type) and issubclass(case, unittest.TestCase) and own.match(name):
            suite.addTest(loader.loadTestsFromTestCase(case))
    return suite


def namespaces() -> set[str]:
    return {os.readlink(f"/proc/self/ns/{name}") for name in os.listdir("/proc/self/ns")}


def tell_namespaces(sender: Any) -> None:
    sender.send(namespaces())


def check_isolation() -> None:
    """Processes of multiprocessing are isolated by what has been installed."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=tell_namespaces, args=(sender,))
    process.start()
    shared = receiver.recv() & namespaces()
    process.join()
    assert not shared, f"not isolated: {shared}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("method", choices=["fork", "spawn", "forkserver"])
    parser.add_argument("--part", action="store_true")
    parser.add_argument("patterns", nargs="*")
    arguments = parser.parse_args()
    for name in ("Manager", "Pool"):
        delegate(name)
    try:
        suite = tests(arguments.method, arguments.patterns or (exceptions.PART if arguments.part else []))
    except ImportError as error:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(f"skipped: {error} (Debian has it in libpython{version}-testsuite)")
        return SKIPPED
    # It is ignored where a shell has no job control.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    install(arguments.method, isolation())
    multiprocessing.set_start_method(arguments.method, force=True)
    check_isolation()
    Result.method = arguments.method
    runner = unittest.TextTestRunner(verbosity=2, resultclass=Result)
    return not runner.run(suite).wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
