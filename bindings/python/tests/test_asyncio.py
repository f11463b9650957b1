"""create_subprocess_exec() and create_subprocess_shell(): asyncio's interface, and what is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import warnings

import pytest

import pyspaces
from pyspaces import create_subprocess_exec, create_subprocess_shell
from pyspaces.subprocess import DEVNULL, PIPE, STDOUT
from support import NAMESPACES, changed, children

ISOLATED = {"all": True}
MODES = [{}, ISOLATED]
LOOK = f"import os; print({{n: os.stat('/proc/self/ns/' + n).st_ino for n in {NAMESPACES!r}}})"


@pytest.fixture(params=MODES, ids=["shared", "isolated"])
def mode(request):
    return request.param


def run(coroutine):
    async def limited():
        return await asyncio.wait_for(coroutine, 60)

    return asyncio.run(limited())


def test_a_program(mode):
    async def main():
        process = await create_subprocess_exec("sh", "-c", "echo $0; exit 3", stdout=PIPE, **mode)
        assert isinstance(process, asyncio.subprocess.Process)
        stdout, stderr = await process.communicate()
        assert (stdout, stderr, process.returncode) == (b"sh\n", None, 3)
        assert (process.result.cause, process.result.exit_code) == ("exited", 3)

    run(main())


def test_a_command(mode):
    async def main():
        process = await create_subprocess_shell("echo out; echo err >&2", stdout=PIPE, stderr=STDOUT, **mode)
        assert await process.communicate() == (b"out\nerr\n", None)
        assert await process.wait() == 0

    run(main())


def test_it_is_isolated():
    async def main():
        process = await create_subprocess_exec(sys.executable, "-c", LOOK, stdout=PIPE, **ISOLATED)
        stdout, _ = await process.communicate()
        assert changed(eval(stdout)) == set(NAMESPACES)
        process = await create_subprocess_shell("hostname; echo $$", stdout=PIPE, hostname="x", **ISOLATED)
        assert (await process.communicate())[0] == b"x\n2\n"

    run(main())


def test_streams(mode):
    async def main():
        process = await create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE, stderr=DEVNULL, **mode)
        assert process.stderr is None
        for line in b"one\n", b"two\n":
            process.stdin.write(line)
            await process.stdin.drain()
            assert await process.stdout.readline() == line
        process.stdin.close()
        assert await process.stdout.read() == b""
        assert await process.wait() == 0

    run(main())


def test_a_mebibyte_both_ways(mode):
    data = os.urandom(1 << 20)

    async def main():
        process = await create_subprocess_exec(
            "tee", "/dev/stderr", stdin=PIPE, stdout=PIPE, stderr=PIPE, **mode
        )
        assert await process.communicate(data) == (data, data)

    run(main())


def test_a_limit_of_the_streams():
    async def main():
        process = await create_subprocess_exec("echo", "x" * 1000, stdout=PIPE, limit=10)
        with pytest.raises(ValueError, match="limit"):
            await process.stdout.readline()
        await process.communicate()

    run(main())


@pytest.mark.parametrize("end", ["terminate", "kill", "kill_all", "send_signal"])
def test_signals(mode, end):
    async def main():
        process = await create_subprocess_shell("echo; exec sleep 100", stdout=PIPE, **mode)
        await process.stdout.readline()
        assert process.returncode is None
        assert process.result is None
        getattr(process, end)(*([signal.SIGUSR1] if end == "send_signal" else []))
        expected = {"terminate": signal.SIGTERM, "send_signal": signal.SIGUSR1}.get(end, signal.SIGKILL)
        assert await process.wait() == -expected
        assert process.result.cause == "killed"
        for method in process.kill, process.terminate:
            with contextlib.suppress(ProcessLookupError):  # as asyncio's
                method()
        process.kill_all()

    run(main())


def test_a_terminal():
    async def main():
        process = await create_subprocess_shell("tty >/dev/null && echo yes", terminal=True, **ISOLATED)
        with process.terminal:
            assert process.terminal.read(100) == b"yes\r\n"
            assert await process.wait() == 0

    run(main())


def test_a_time_limit():
    async def main():
        process = await create_subprocess_exec("sleep", "100", time_limit=0.1)
        assert await process.wait() == -signal.SIGTERM
        assert process.result.cause == "time-limit"

    run(main())


def test_errors(mode):
    async def main():
        with pytest.raises(FileNotFoundError) as caught:
            await create_subprocess_exec("nonexistent", stdin=PIPE, stdout=PIPE, **mode)
        assert isinstance(caught.value, pyspaces.Error)
        assert caught.value.filename == "nonexistent"
        with pytest.raises(FileNotFoundError):
            await create_subprocess_exec("true", cwd="/nonexistent", **mode)
        for name, value in (("text", True), ("encoding", "utf-8"), ("bufsize", 1), ("shell", True)):
            with pytest.raises(ValueError, match=name):
                await create_subprocess_exec("true", **{name: value}, **mode)
        with pytest.raises(ValueError, match="cmd"):
            await create_subprocess_shell(["true"])
        with pytest.raises(ValueError, match="preexec_fn"):
            await create_subprocess_exec("true", preexec_fn=print)
        with pytest.raises(TypeError):
            await create_subprocess_exec("true", unknown=1)

    run(main())


def test_many_at_once(mode):
    async def one(number):
        process = await create_subprocess_exec("echo", str(number), stdout=PIPE, **mode)
        stdout, _ = await process.communicate()
        return int(stdout)

    async def main():
        return await asyncio.gather(*map(one, range(40)))

    assert run(main()) == list(range(40))


def test_in_a_loop_of_another_thread():
    results = []

    async def main():
        process = await create_subprocess_exec("echo", "x", stdout=PIPE)
        results.append(await process.communicate())

    threads = [threading.Thread(target=run, args=(main(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [(b"x\n", None)] * 4


def test_no_thread_is_needed_and_no_child_watcher(mode):
    async def main():
        process = await create_subprocess_exec("cat", stdin=PIPE, **mode)
        assert len(os.listdir("/proc/self/task")) == before
        await process.communicate(b"")

    before = len(os.listdir("/proc/self/task"))
    if sys.version_info < (3, 12):
        asyncio.set_child_watcher(None)
    try:
        run(main())
    finally:
        asyncio.set_event_loop_policy(None)


def test_a_wait_that_is_cancelled_leaves_the_process(mode):
    async def main():
        process = await create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE, **mode)
        for _ in range(2):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), 0.05)
        assert process.returncode is None
        assert await process.communicate(b"x") == (b"x", None)

    run(main())


@pytest.mark.parametrize("steps", range(10))
def test_a_start_that_is_cancelled_leaves_nothing(mode, steps):
    async def main():
        start = create_subprocess_exec("sleep", "100", stdin=PIPE, stdout=PIPE, stderr=PIPE, **mode)
        task = asyncio.ensure_future(start)
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        try:
            process = await task
        except asyncio.CancelledError:
            pass
        else:
            process.kill()
            await process.communicate()

    before = children()
    run(main())
    assert children() == before


def test_a_loop_that_is_closed_leaves_nothing(mode):
    async def main():
        return await create_subprocess_exec("sleep", "100", stdin=PIPE, stdout=PIPE, **mode)

    own = children()
    before = sorted(os.listdir("/proc/self/fd"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        process = run(main())
        pid = process.pid
        del process
        gc.collect()
    assert any("unclosed transport" in str(warning.message) for warning in caught)
    assert children() == own
    assert not os.path.exists(f"/proc/{pid}")
    assert sorted(os.listdir("/proc/self/fd")) == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_closed_leaves_nothing_where_warnings_are_errors(mode):
    async def main():
        return (await create_subprocess_exec("sleep", "100", **mode)).pid

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pid = run(main())
        gc.collect()
    assert not os.path.exists(f"/proc/{pid}")


def test_a_loop_that_is_closed_knows_of_an_earlier_end():
    async def main():
        reader, writer = os.pipe()
        process = await create_subprocess_exec("sh", "-c", "read x <&9", pass_fds={9: reader})
        os.close(reader)
        os.close(writer)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        return process

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        process = run(main())
        popen = process._popen
        del process
        gc.collect()
    assert popen.returncode == 1


def test_debug_mode(mode):
    async def main():
        process = await create_subprocess_exec("echo", "x", stdout=PIPE, **mode)
        assert (await process.communicate())[0] == b"x\n"

    asyncio.run(main(), debug=True)


def test_asyncio_is_imported_when_it_is_needed():
    script = (
        "import sys, pyspaces; print('asyncio' in sys.modules); pyspaces.create_subprocess_exec; "
        "print('asyncio' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).split() == ["False", "True"]
    assert not hasattr(pyspaces, "create")
