"""PID 1 of a pid namespace without an init: the signals that the kernel does not let it die of."""

from __future__ import annotations

import os
import signal
import time

# Those that do not end a process by default, and the two that the kernel delivers to PID 1 in any case.
_HARMLESS = {
    signal.SIGCHLD,
    signal.SIGCONT,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
    signal.SIGURG,
    signal.SIGWINCH,
}
_ALWAYS_DELIVERED = {signal.SIGKILL, signal.SIGSTOP}


# The number of that system call.
_RT_SIGTIMEDWAIT = {"x86_64": "128", "ppc64le": "176", "s390x": "177"}.get(os.uname().machine, "137")


def ignores(pid: int, sig: int) -> bool:
    """Whether that process would die of the signal if it were not PID 1, and does not as it is.

    For PID 1 the kernel drops signals whose action is the default one (pid_namespaces(7)). One that PID 1
    handles, ignores by choice, has blocked or waits for is its own business.
    """
    if sig in _HARMLESS or sig in _ALWAYS_DELIVERED:
        return False
    try:
        with open(f"/proc/{pid}/status") as file:
            numbers = next(line.split()[1:] for line in file if line.startswith("NSpid:"))
        if len(numbers) < 2 or numbers[-1] != "1":
            return False
        return not any(_cares(f"/proc/{pid}/task/{task}", sig) for task in os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return False  # it has ended


def _cares(thread: str, sig: int) -> bool:
    for _ in range(20):
        with open(thread + "/status") as file:
            status = dict(line.rstrip().split(":", 1) for line in file)
        masks = (int(status[name], 16) for name in ("SigBlk", "SigIgn", "SigCgt"))
        if any(mask >> (sig - 1) & 1 for mask in masks):
            return True
        # What sigwait(3) waits for is not blocked meanwhile, but is not dropped either.
        with open(thread + "/syscall") as file:
            system_call = file.read().split()[0]
        if system_call != "running":
            return system_call == _RT_SIGTIMEDWAIT
        time.sleep(0.001)  # it may be about to wait
    return False  # it computes
