"""One start and wait from Python, beside what the standard library does without isolation.

start.py SAMPLES PROGRAM: with pyspaces on the path. It prints as spaces-bench does.
"""

from __future__ import annotations

import multiprocessing
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from pyspaces import Container

Run = Callable[[], None]


class Contender(NamedTuple):
    """One way to do it, compared with the contender `base`, whose time it may exceed by `at_most` ms."""

    name: str
    run: Run
    base: int | None = None
    at_most: float | None = None


def noop() -> None:
    pass


def fork_process() -> None:
    process = multiprocessing.get_context("fork").Process(target=noop)
    process.start()
    process.join()
    assert process.exitcode == 0
    process.close()


def container(**options: object) -> Run:
    def run() -> None:
        process = Container(**options)
        process.start()
        process.join()
        assert process.exitcode == 0
        process.close()

    return run


def measure(contenders: list[Contender], samples: int) -> list[list[float]]:
    """Sorted times in ms, each contender once in every round, in an order of its own."""
    times: list[list[float]] = [[] for _ in contenders]
    order = list(range(len(contenders)))
    for sample in range(-min(samples, 20), samples):
        random.shuffle(order)
        for index in order:
            begin = time.perf_counter()
            contenders[index].run()
            if sample >= 0:
                times[index].append((time.perf_counter() - begin) * 1000)
    return [sorted(all_times) for all_times in times]


def print_line(name: str, columns: list[str], verdict: str = "") -> None:
    print(
        f"  {name:60}" + "".join(f"{column:>10}" for column in columns) + ("   " + verdict if verdict else "")
    )


def print_contest(title: str, contenders: list[Contender], samples: int) -> None:
    print(f"\n{title}")
    print_line("", ["min ms", "median", "p90", "more"], "target")
    times = measure(contenders, samples)
    medians = [statistics.median(own) for own in times]
    for (name, _, base, at_most), own, median in zip(contenders, times, medians):
        more = median - medians[base] if base is not None else None
        verdict = ""
        if more is not None and at_most is not None:
            verdict = f"{'met' if more <= at_most else 'missed':8}≤ +{at_most} ms"
        columns = [f"{value:.3f}" for value in (own[0], median, own[len(own) * 9 // 10])]
        print_line(name, [*columns, "" if more is None else f"{more:+.3f}"], verdict)
    sys.stdout.flush()


def main() -> None:
    samples, program = int(sys.argv[1]), sys.argv[2]
    print_contest(
        "Python: a function in a process of its own",
        [
            Contender("multiprocessing, fork: Process(target=noop)", fork_process),
            Contender("Container(target=noop, all=True)", container(target=noop, all=True), 0, 1.5),
        ],
        samples,
    )
    print_contest(
        "Python: a static program",
        [
            Contender("subprocess.run([program])", lambda: subprocess.run([program], check=True)),
            Contender("Container(argv=[program])", container(argv=[program]), 0),
            Contender("Container(argv=[program], all=True)", container(argv=[program], all=True), 0, 1.0),
        ],
        samples,
    )


if __name__ == "__main__":
    main()
