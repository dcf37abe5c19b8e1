"""Simulated learners: they start, answer, repeat what was not acknowledged, hand in, and keep a journal."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

ASKS_FOR = 30.0
HEAD = b"\r\n\r\n"


class NoReply(Exception):
    """Whether the request was carried out is not known."""


@dataclass
class Journal:
    """What one learner knows, by its own doing.

    Attributes:
        sent: slot → sequence → answer, whatever became of it.
        acknowledged: (slot, sequence) → when it was sent, for saves whose reply says that they are stored.
        late: refusals of saves after the end.
        submitted: when handing in was acknowledged.
        wrong: replies that break the rules whatever the database says.
    """

    quiz: int
    attempt: int | None = None
    starts: set[int] = field(default_factory=set)
    sent: dict[int, dict[int, Any]] = field(default_factory=dict)
    acknowledged: dict[tuple[int, int], float] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    late: int = 0
    submitted: bool = False
    wrong: list[str] = field(default_factory=list)
    faults_seen: dict[str, int] = field(default_factory=dict)
    longest_wait: float = 0.0


class Learner:
    """One learner; ``writing`` ends its answering, ``over`` everything.

    Args:
        pause: seconds between two changes, on average.
        hands_in: submits at the end; else it writes on until it is refused.
    """

    def __init__(
        self, port: int, token: str, quiz: int, number: int, *, pause: float, hands_in: bool
    ) -> None:
        self.port, self.token, self.pause, self.hands_in = port, token, pause, hands_in
        self.journal = Journal(quiz)
        self.chance = random.Random(number)
        self.choices: dict[int, list[Any]] = {}

    async def sit(self, writing: asyncio.Event, arrives: float = 0.0) -> None:
        await asyncio.sleep(arrives)
        await self._start()
        while not writing.is_set():
            if self.journal.late >= 3 or self.journal.wrong:
                return
            await self._change()
            await asyncio.sleep(self.pause * self.chance.uniform(0.5, 1.5))
        if self.hands_in:
            await self._repeat()
            await self._submit()

    def has_met(self, end: float) -> bool:
        """Whether it has sent something after that moment and knows what became of it."""
        return self.journal.late > 0 or any(at > end for at in self.journal.acknowledged.values())

    async def _start(self) -> None:
        """Ask twice at the same moment: there must be one attempt."""
        path = f"/quizzes/{self.journal.quiz}/attempts"
        while self.journal.attempt is None:
            replies = await asyncio.gather(self._ask("POST", path), self._ask("POST", path))
            for status, told in replies:
                if status == 201:
                    self.journal.starts.add(told["id"])
                    self.journal.attempt = told["id"]
                    self.choices = {item["slot"]: [one["id"] for one in item["body"]["options"]] for item in told["items"]}
                elif 400 <= status < 500:
                    self.journal.wrong.append(f"start refused: {status} {told}")
                    return

    async def _change(self) -> None:
        slot = self.chance.choice(list(self.choices))
        sent = self.journal.sent.setdefault(slot, {})
        sequence = len(sent) + 1
        before = sent.get(sequence - 1)
        sent[sequence] = self.chance.choice([one for one in self.choices[slot] if one != before])
        await self._save(slot, sequence)
        if self.chance.random() < 0.2 and sequence > 1:
            # what was sent earlier arrives once more, out of its turn
            await self._save(slot, self.chance.randint(1, sequence - 1))

    async def _repeat(self) -> None:
        """The last change but one of each answer arrives once more, after the last."""
        for slot, sent in self.journal.sent.items():
            if len(sent) > 1:
                await self._save(slot, len(sent) - 1)

    async def _save(self, slot: int, sequence: int) -> None:
        """Send it until there is a reply that says what became of it."""
        journal, path = self.journal, f"/attempts/{self.journal.attempt}/answers/{slot}"
        answer, began = journal.sent[slot][sequence], time.monotonic()
        while True:
            sent_at = time.time()
            status, told = await self._ask("PUT", path, {"sequence": sequence, "answer": answer})
            if status == 200:
                if told["stored_sequence"] == sequence and told["accepted"]:
                    journal.acknowledged[slot, sequence] = sent_at
                    journal.last[slot] = max(sequence, journal.last.get(slot, 0))
                elif told["stored_sequence"] < sequence:
                    journal.wrong.append(f"slot {slot}: {sequence} answered with {told}")
                if journal.submitted:
                    journal.wrong.append(f"slot {slot}: stored after the attempt was handed in")
                break
            if status == 409:
                journal.late += 1
                break
            if 400 <= status < 500:
                journal.wrong.append(f"slot {slot}: {status} {told}")
                break
        journal.longest_wait = max(journal.longest_wait, time.monotonic() - began)

    async def _submit(self) -> None:
        path = f"/attempts/{self.journal.attempt}/submission"
        if self.journal.late:
            self.journal.wrong.append("refused as late although there was time")
        while not self.journal.submitted:
            replies = await asyncio.gather(self._ask("POST", path), self._ask("POST", path))
            for status, told in replies:
                if status == 200:
                    self.journal.submitted = True
                    if told["state"] != "submitted":
                        self.journal.wrong.append(f"handed in, but {told['state']}")
                elif 400 <= status < 500:
                    self.journal.wrong.append(f"handing in refused: {status} {told}")
                    return
        await self._change()

    async def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON; (0, None), after a pause, where the outcome is unknown or the academy asks to wait."""
        try:
            status, told = await asyncio.wait_for(self._request(method, path, body), ASKS_FOR)
        except (NoReply, OSError, TimeoutError, ValueError) as fault:
            self._see(type(fault).__name__)
            await asyncio.sleep(self.chance.uniform(0.1, 0.6))
            return 0, None
        if status >= 500:
            self._see(str(status))
            if status not in (503, 507):
                self.journal.wrong.append(f"{method} {path}: {status} {told}")
            await asyncio.sleep(self.chance.uniform(0.2, 1.0))
        return status, told

    def _see(self, fault: str) -> None:
        self.journal.faults_seen[fault] = self.journal.faults_seen.get(fault, 0) + 1

    async def _request(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            sent = json.dumps(body or {}).encode()
            writer.write(
                f"{method} /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
                f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(sent)}\r\n\r\n".encode()
                + sent
            )
            await writer.drain()
            reply = await reader.read(-1)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        head, separator, told = reply.partition(HEAD)
        if not separator:
            raise NoReply
        return int(head.split(b" ", 2)[1]), json.loads(told)
