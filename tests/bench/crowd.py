"""Everybody at once: a room full of learners who start within a minute, and thousands who are at their papers together.

Each learner is a connection of a client of its own kind: starts at a moment of their own, stores answers at moments of
their own, hands in. What is late because the machine is busy is told as it is: a wait counts from the moment at which
the learner meant to send.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import insert

from academy.config import PROJECT_ROOT
from academy.kernel.db import db
from academy.kernel.text import fold
from tests.bench.dataset import browsers, sign_in
from tests.bench.driver import answer_of, request_of, share
from tests.bench.servers import Server
from tests.bench.site import Site
from tests.bench.stored import Examination, enroll_all

FIRST = 5_000_000
STEPS = ("start", "save", "submit")
TOO_LATE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``sessions`` learners start within ``arrive`` seconds, store ``saves`` answers each over ``stay`` seconds, and
    hand in."""

    sessions: int
    arrive: float
    stay: float
    saves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """Waits by step in milliseconds: p50, p95, p99, the longest; processor seconds; memory of the server in MB.

    ``open_at_once``: the most learners who were at their papers together.
    """

    seconds: float
    requests: int
    failed: int
    faults: tuple[str, ...]
    waits: dict[str, dict[str, float]]
    open_at_once: int
    server_cpu: float
    driver_cpu: float
    server_mb: float


def prepare(site: Site, exam: Examination, people: int) -> list[dict[str, str]]:
    """That many more learners, signed in and enrolled: their cookies and tokens."""
    ids = [FIRST + number for number in range(people)]
    tables = db.metadata.tables
    with site.app.app_context(), db.engine.begin() as connection:
        connection.execute(
            insert(tables["account"]),
            [{"id": one, "username": f"crowd{one}", "username_key": f"crowd{one}"} for one in ids],
        )
        connection.execute(
            insert(tables["person"]),
            [
                {"id": one, "account_id": one, "full_name": f"Thí sinh {one}", "sort_key": str(one),
                 "name_fold": fold(f"Thí sinh {one}")}
                for one in ids
            ],
        )  # fmt: skip
        sign_in(connection, ids)
    enroll_all(site.app, exam.course_id, ids)
    return [
        {"cookie": learner.cookie, "csrf_token": learner.csrf_token} for learner in browsers(site.app, ids)
    ]


def crowd(server: Server, exam: Examination, learners: list[dict[str, str]], plan: Plan) -> Crowded:
    """Let them come, from a process of its own."""
    told = {
        "url": server.url, "quiz": exam.quiz_id, "learners": learners, "arrive": plan.arrive, "stay": plan.stay,
        "saves": plan.saves,
    }  # fmt: skip
    before = server.cpu_seconds()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.crowd"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT_ROOT,
        text=True,
    )
    out, _err = process.communicate(json.dumps(told))
    if process.returncode:
        raise RuntimeError("the driver of the crowd failed")
    found = json.loads(out)
    faults = tuple(found.pop("faults"))
    return Crowded(
        **found, faults=faults, server_cpu=server.cpu_seconds() - before, server_mb=server.megabytes()
    )


# --- the driver ------------------------------------------------------------------------------------


class _Line:
    """A learner's connection, kept between requests and opened again once the server has closed it, as browsers do."""

    def __init__(self, address: SplitResult) -> None:
        self._address = address
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self._reader is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        self._writer.write(request)
        return await asyncio.wait_for(answer_of(self._reader), TOO_LATE)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class _Driver:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.address = urlsplit(plan["url"])
        self.waits: dict[str, list[float]] = {step: [] for step in STEPS}
        self.faults: list[str] = []
        self.open = self.most_open = 0
        self.began = 0.0

    async def run(self) -> dict[str, Any]:
        self.began = time.perf_counter()
        random = Random(7)
        learners = [
            self._learner(learner, random.uniform(0, self.plan["arrive"]), Random(number))
            for number, learner in enumerate(self.plan["learners"])
        ]
        await asyncio.gather(*learners)
        every = [wait for waits in self.waits.values() for wait in waits]
        return {
            "seconds": time.perf_counter() - self.began,
            "requests": len(every) + len(self.faults),
            "failed": len(self.faults),
            "faults": sorted(set(self.faults))[:5],
            "waits": {step: self._told(sorted(waits)) for step, waits in self.waits.items()},
            "open_at_once": self.most_open,
            "driver_cpu": time.process_time(),
        }

    def _told(self, waits: list[float]) -> dict[str, float]:
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "longest": 1.0}
        return {name: share(waits, part) for name, part in shares.items()}

    async def _learner(self, learner: dict[str, str], starts: float, random: Random) -> None:
        at = self.began + starts
        await self._until(at)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        line = _Line(self.address)
        try:
            await self._sit(learner, line, at, random)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.faults.append(f"{type(error).__name__}: {error}"[:200])
        finally:
            self.open -= 1
            line.close()

    async def _sit(self, learner: dict[str, str], line: _Line, at: float, random: Random) -> None:
        async def ask(step: str, meant: float, method: str, path: str, body: Any) -> Any:
            await self._until(meant)
            sent = {"method": method, "path": f"/api/v1{path}", "body": json.dumps(body), **learner}
            status, start = await line.ask(request_of(sent, self.address.netloc, encoding="identity"))
            if status >= 400:
                self.faults.append(f"{step}: {status} {start[:150]!r}")
                return None
            self.waits[step].append(time.perf_counter() - meant)
            return json.loads(start)

        paper = await ask("start", at, "POST", f"/quizzes/{self.plan['quiz']}/attempts", {})
        if paper is None:
            return
        stay, saves = self.plan["stay"], self.plan["saves"]
        begun = max(at, time.perf_counter())
        moments = sorted(random.uniform(0, stay) for _save in range(saves))
        choices = [item for item in paper["items"] if item["body"].get("options")]
        for number, moment in enumerate(moments):
            item = choices[number % len(choices)]
            answer = random.choice(item["body"]["options"])["id"]
            body = {"sequence": 1 + number // len(choices), "answer": answer}
            path = f"/attempts/{paper['id']}/answers/{item['slot']}"
            await ask("save", begun + moment, "PUT", path, body)
        await ask("submit", begun + stay, "POST", f"/attempts/{paper['id']}/submission", {})

    async def _until(self, moment: float) -> None:
        wait = moment - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)


def main() -> None:
    print(json.dumps(asyncio.run(_Driver(json.load(sys.stdin)).run())))


if __name__ == "__main__":
    main()
