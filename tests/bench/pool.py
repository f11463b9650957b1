"""The start of a pool of workers from Python, isolated and not: until each of them has done a task.

pool.py SAMPLES: with pyspaces on the path. It prints as start.py does, with ratios instead of differences.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
from multiprocessing.context import BaseContext

from start import Contender, Run, measure, print_line

import pyspaces

WORKERS = 8
TIMES = "\N{MULTIPLICATION SIGN}"


def work(_: int) -> None:
    pass


def pool(context: BaseContext) -> Run:
    def run() -> None:
        with context.Pool(WORKERS) as workers:
            workers.map(work, range(WORKERS), chunksize=1)

    return run


def print_ratios(title: str, contenders: list[Contender], samples: int, at_most: dict[int, float]) -> None:
    """Each median beside that of the first of its start method."""
    print(f"\n{title}")
    print_line("", ["min ms", "median", "p90", "ratio"], "target")
    times = measure(contenders, samples)
    medians = [statistics.median(own) for own in times]
    for index, ((name, _, base, _), own, median) in enumerate(zip(contenders, times, medians)):
        columns = [f"{value:.3f}" for value in (own[0], median, own[len(own) * 9 // 10])]
        if base is None:
            print_line(name, columns)
            continue
        ratio = median / medians[base]
        target = at_most.get(index)
        verdict = "" if target is None else f"{'met' if ratio <= target else 'missed':8}≤ {TIMES}{target}"
        print_line(name, [*columns, f"{TIMES}{ratio:.2f}"], verdict)
    sys.stdout.flush()


def main() -> None:
    contenders: list[Contender] = []
    at_most: dict[int, float] = {}
    for method in ("fork", "spawn", "forkserver"):
        plain = multiprocessing.get_context(method)
        base = len(contenders)
        contenders.append(Contender(f"multiprocessing, {method}: Pool({WORKERS})", pool(plain)))
        isolated = pyspaces.get_context(method, all=True)
        name = f'get_context("{method}", all=True).Pool({WORKERS})'
        contenders.append(Contender(name, pool(isolated), base))
        if method == "fork":
            at_most[base + 1] = 1.5
    title = f"Python: a pool of {WORKERS} workers, from its start over a task for each to its end"
    print_ratios(title, contenders, int(sys.argv[1]), at_most)


if __name__ == "__main__":
    main()
