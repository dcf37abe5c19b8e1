"""One storm: people arrive, things break one after another, and everybody is given the time to finish."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import update

from academy.kernel import database_clock
from academy.kernel.db import db, separate_transaction
from academy.quizzes import services
from academy.quizzes.models import Attempt
from tests.chaos.disk import PageLimit, SmallDisk
from tests.chaos.learners import Journal, Learner
from tests.chaos.processes import Served
from tests.chaos.site import Site, opened
from tests.chaos.verdict import drain, violations
from tests.chaos.wsgi import keep_books
from tests.postgresql import Cluster

# for machines that are busy with something else; nothing gets slower by it
PATIENCE = 90


@dataclass
class Report:
    """What happened: I0 of the storm, that there was one."""

    acknowledged: int = 0
    late: int = 0
    submitted: int = 0
    faults: list[str] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)
    longest_wait: float = 0.0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


class Storm:
    """Learners against a served academy; every third one sits against the clock.

    Args:
        disk: fills up, if there is one.
        cluster: the PostgreSQL that breaks down, if the site is on one.
        rounds: how often the faults come, all of them in turn.
        lasts: seconds for which there are further rounds, and writing.
        calm: acknowledgements, by everybody together, that are waited for between two faults.
    """

    def __init__(
        self,
        site: Site,
        served: Served,
        disk: SmallDisk | PageLimit | None = None,
        *,
        cluster: Cluster | None = None,
        pause: float,
        ramp: float = 0.5,
        rounds: int = 1,
        calm: int = 60,
        faults: bool = True,
        seed: int = 1,
        lasts: float = 0.0,
    ) -> None:
        self.site, self.served, self.disk, self.cluster = site, served, disk, cluster
        self.rounds, self.calm, self.with_faults, self.lasts = rounds, calm, faults, lasts
        self.chance = random.Random(seed)
        self.report = Report()
        self.learners = [
            Learner(
                served.port,
                token,
                site.final if number % 3 else site.timed,
                number,
                pause=pause,
                hands_in=bool(number % 3),
            )
            for number, token in enumerate(site.tokens)
        ]
        self.arrivals = [self.chance.uniform(0, ramp) for _ in self.learners]

    def run(self) -> Report:
        """Serve, storm, stop, and check the books."""
        began = time.monotonic()
        self.served.start()
        try:
            asyncio.run(self._storm())
        finally:
            if self.disk is not None:
                self.disk.empty()
            self.served.stop()
        with opened(self.site.folder, self.site.database_url) as app:
            keep_books(app)
            services.expire_overdue(100_000)
            drain()
            self.report.violations = violations(self._journals())
        self._sum_up(time.monotonic() - began)
        return self.report

    async def _storm(self) -> None:
        writing = asyncio.Event()
        everybody = [
            asyncio.create_task(learner.sit(writing, arrives))
            for learner, arrives in zip(self.learners, self.arrivals, strict=True)
        ]
        try:
            await self._until(lambda: all(learner.journal.attempt for learner in self.learners), "everybody sits")
            until, turn = time.monotonic() + self.lasts, 0
            while turn < self.rounds or time.monotonic() < until:
                turn += 1
                for fault in self._faults() if self.with_faults else ():
                    await self._calm()
                    await fault()
                    self.report.faults.append(fault.__name__.strip("_"))
                if not self.with_faults:
                    await self._calm()
            await self._calm()
            end = await asyncio.to_thread(self._end_the_timed)
            await self._until(
                lambda: all(one.has_met(end) for one in self.learners if not one.hands_in), "time is over"
            )
            writing.set()
            await asyncio.wait_for(asyncio.gather(*everybody), PATIENCE)
        finally:
            for task in everybody:
                task.cancel()
            await asyncio.gather(*everybody, return_exceptions=True)

    def _faults(self) -> list[Callable[[], Awaitable[None]]]:
        chosen = [self._kill_a_child, self._stall_a_child, self._kill_everything, self._stall_and_kill]
        chosen += [self._kill_the_worker] + ([self._fill_the_disk] if self.disk else [])
        chosen += [self._crash_the_database] if self.cluster else []
        self.chance.shuffle(chosen)
        return chosen

    # --- what breaks ---

    async def _kill_a_child(self) -> None:
        self._signal_a_child(signal.SIGKILL)

    async def _stall_a_child(self) -> None:
        pid = self._signal_a_child(signal.SIGSTOP)
        await asyncio.sleep(1.5)
        _signal(pid, signal.SIGCONT)

    async def _stall_and_kill(self) -> None:
        pid = self._signal_a_child(signal.SIGSTOP)
        await asyncio.sleep(1)
        _signal(pid, signal.SIGKILL)

    async def _kill_everything(self) -> None:
        await asyncio.to_thread(self.served.kill_all)
        await asyncio.to_thread(self.served.start)

    async def _kill_the_worker(self) -> None:
        for pid in self.served.workers():
            _signal(pid, signal.SIGKILL)

    async def _fill_the_disk(self) -> None:
        before = self._refused_for_space()
        self.disk.fill()
        try:
            await self._until(lambda: self._refused_for_space() >= before + 3, "saves are refused for lack of space")
        finally:
            self.disk.empty()

    async def _crash_the_database(self) -> None:
        """It is gone until somebody has met that, then recovers."""
        before = self._refused_for_now()
        await asyncio.to_thread(self.cluster.crash)
        try:
            await self._until(lambda: self._refused_for_now() > before, "saves are refused without a database")
        finally:
            await asyncio.to_thread(self.cluster.start)

    def _signal_a_child(self, number: int) -> int | None:
        pid = self.chance.choice(self.served.web_children() or [None])
        _signal(pid, number)
        return pid

    # --- waiting, by what happens and not by the clock ---

    async def _calm(self) -> None:
        wanted = self._acknowledged() + self.calm
        await self._until(lambda: self._acknowledged() >= wanted, f"{self.calm} more acknowledgements")

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            wrong = [text for journal in self._journals() for text in journal.wrong]
            if wrong:
                return  # the verdict will name it
            assert time.monotonic() < until, f"it did not happen that {what}: {self.served.log.read_text()[-3000:]}"
            await asyncio.sleep(0.05)

    def _end_the_timed(self) -> float:
        """The end of the timed quiz comes in a moment; moved in the database, as no service shortens an attempt."""
        timed = update(Attempt).where(Attempt.quiz_id == self.site.timed)
        with opened(self.site.folder, self.site.database_url):
            end = database_clock.now() + timedelta(seconds=1)
            db.session.rollback()
            with separate_transaction() as connection:
                connection.execute(timed.values(deadline=end, accepts_until=end))
        return end.timestamp()

    # --- what is known ---

    def _journals(self) -> list[Journal]:
        return [learner.journal for learner in self.learners]

    def _acknowledged(self) -> int:
        return sum(len(journal.acknowledged) for journal in self._journals())

    def _refused_for_space(self) -> int:
        return sum(journal.faults_seen.get("507", 0) for journal in self._journals())

    def _refused_for_now(self) -> int:
        return sum(journal.faults_seen.get("503", 0) for journal in self._journals())

    def _sum_up(self, seconds: float) -> None:
        for journal in self._journals():
            self.report.late += journal.late
            self.report.submitted += journal.submitted
            self.report.seen.update(journal.faults_seen)
            self.report.longest_wait = max(self.report.longest_wait, journal.longest_wait)
        self.report.acknowledged, self.report.seconds = self._acknowledged(), seconds


def _signal(pid: int | None, number: int) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
