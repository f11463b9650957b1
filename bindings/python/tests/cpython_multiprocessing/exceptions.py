"""What CPython's tests of multiprocessing need shared, and which of them cannot pass, with the reasons."""

from __future__ import annotations

from typing import NamedTuple


class Shared(NamedTuple):
    """Namespaces that the processes of a test have in common with it."""

    namespaces: tuple[str, ...]
    reason: str


TCP = Shared(("net",), "its processes meet by TCP on the loopback device")
PIDS = Shared(("pid",), "it compares pids that processes tell with those that their parent knows")
SIGNALS = Shared(("pid",), "a process of it sends a signal to its parent")
ORPHANS = Shared(("pid",), "a process of it outlives its parent, with whose pid namespace it would be killed")

# By a part of the name of a test.
SHARED = {
    "TestListenerClient.test_listener_client": TCP,
    "TestManagerRestart.test_rapid_restart": TCP,
    "TestPicklingConnections.test_pickling": TCP,
    "TestRemoteManager.test_remote": TCP,
    "TestTimeouts.test_timeout": TCP,
    "TestWait.test_wait_socket": TCP,
    "TestWait.test_wait_slow": PIDS,
    "TestWait.test_wait ": PIDS,
    "TestProcess.test_process ": PIDS,
    "TestProcess.test_parent_process ": ORPHANS,
    "ExecutorTest.test_max_tasks_per_child ": PIDS,
    "TestCondition.test_wait_result": SIGNALS,
    "TestPollEintr.test_poll_eintr": SIGNALS,
}

CANNOT_PASS = {
    "TestStartMethod.test_set_get": "it compares the names of the classes of contexts, and ours has another",
}

# What is run where there is little time: a class for each thing that processes share, and the pools.
PART = [
    "WithProcessesTestProcess.",
    "WithProcessesTestSubclassingProcess.",
    "WithProcessesTestQueue.",
    "WithProcessesTestCondition.",
    "WithProcessesTestEvent.",
    "WithProcessesTestValue.",
    "WithProcessesTestArray.",
    "WithProcessesTestPicklingConnections.",
    "WithProcessesTestPool",
    "WithProcessesTestSharedMemory.",
    "WithManagerTestContainers.",
    "TestSyncManagerTypes.",
    "TestWait.",
    "TestStartMethod.",
]


def shared_by(name: str) -> tuple[str, ...]:
    """The namespaces that the processes of a test share with it."""
    return next((shared.namespaces for part, shared in SHARED.items() if part in name + " "), ())


def reason_against(name: str) -> str | None:
    """Why a test cannot pass, or None."""
    return next((reason for part, reason in CANNOT_PASS.items() if part in name + " "), None)
