"""Questions a second: one process, two at once; each of its own, each with all questions in an order of its own."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

import numpy as np

from tests.bench.finding.questions import Question
from tests.bench.finding.rivals import Ask


class Opener(Protocol):
    """Can be pickled, and asked once opened."""

    def opened(self) -> AbstractContextManager[Ask]: ...


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of it; ``megabytes`` is the memory of the larger process."""

    rate: float
    waits: np.ndarray
    megabytes: float


def crowd(opener: Opener, asked: Sequence[Question], *, processes: int, seconds: float) -> Crowd:
    """Have so many processes ask for so many seconds, all questions once before."""
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(processes), context.SimpleQueue()
    workers = [
        context.Process(target=_work, args=(opener, list(asked), number, seconds, ready, results))
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    found = [results.get() for _worker in workers]
    for worker in workers:
        worker.join()
    if errors := [one for one in found if isinstance(one, str)]:
        raise RuntimeError(errors[0])
    rate = sum(len(waits) / took for waits, took, _memory in found)
    return Crowd(
        rate, np.concatenate([waits for waits, _took, _memory in found]), max(one[2] for one in found)
    )


def _work(
    opener: Opener, asked: list[Question], number: int, seconds: float, ready: Any, results: Any
) -> None:
    try:
        with opener.opened() as ask:
            for question in asked:
                ask(question)
            Random(number).shuffle(asked)
            ready.wait(timeout=600)
            waits = []
            began = now = time.perf_counter()
            while now - began < seconds:
                ask(asked[len(waits) % len(asked)])
                before, now = now, time.perf_counter()
                waits.append(1000 * (now - before))
            results.put((np.array(waits), now - began, _megabytes()))
    except Exception as error:
        ready.abort()
        results.put(f"{type(error).__name__}: {error}")


def _megabytes() -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
