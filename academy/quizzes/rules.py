"""The rules of one version of a quiz, typed, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from academy.quizzes.paper import DrawRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """``items`` questions of a paper each cost ``share`` of their points if they are answered wrong."""

    items: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRules:
    """How a quiz is handed out.

    Attributes:
        networks: addresses from which it may be sat, as CIDR; empty: from everywhere.
        one_device: an open attempt is written on one device at a time.
        freeze_minutes: so long before it opens, what it uses can no longer be changed; None: it can, always.
    """

    networks: tuple[str, ...] = ()
    one_device: bool = False
    freeze_minutes: int | None = None

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> DeliveryRules:
        told = settings.get("delivery") or {}
        return cls(
            networks=tuple(told.get("networks", ())),
            one_device=told.get("one_device", False),
            freeze_minutes=told.get("freeze_minutes"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one person is granted at one quiz, in addition to its rules; None and 0: nothing."""

    extra_minutes: int = 0
    extra_percent: int = 0
    extra_attempts: int = 0
    opens: datetime | None = None
    closes: datetime | None = None
    pauses: int = 0
    pause_minutes: int = 0
    pause_past_close: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRules:
    """Settings as :class:`academy.quizzes.schemas.QuizSettings` loaded them."""

    title: Mapping[str, str]
    minutes: int | None
    attempts: int | None
    pass_mark: Decimal
    shuffle_items: bool
    shuffle_options: bool
    draw: tuple[DrawRule, ...]
    review: Mapping[str, Any]
    opens: datetime | None
    closes: datetime | None
    grace: timedelta
    examination: bool = False
    delivery: DeliveryRules = field(default_factory=DeliveryRules)
    extra: timedelta = timedelta(0)
    # where ``opens`` is a person's own
    opens_for_all: datetime | None = None

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> QuizRules:
        window = settings["window"]
        return cls(
            title=settings["title"],
            minutes=settings["minutes"],
            attempts=settings["attempts"],
            pass_mark=Decimal(settings["pass_mark"]),
            shuffle_items=settings["shuffle"]["items"],
            shuffle_options=settings["shuffle"]["options"],
            draw=tuple(DrawRule.from_settings(row) for row in settings["draw"]),
            review=settings["review"],
            opens=datetime.fromisoformat(window["opens"]) if window["opens"] else None,
            closes=datetime.fromisoformat(window["closes"]) if window["closes"] else None,
            grace=timedelta(seconds=settings["grace_seconds"]),
            examination=bool(settings.get("examination")),
            delivery=DeliveryRules.from_settings(settings),
        )

    @property
    def items(self) -> int:
        """How many items a paper has."""
        return sum(rule.count for rule in self.draw)

    @property
    def deductions(self) -> tuple[Deduction, ...]:
        """What wrong answers cost, the dearest first; empty where they cost nothing."""
        counts: dict[Decimal, int] = {}
        for rule in self.draw:
            if rule.penalty:
                counts[rule.penalty] = counts.get(rule.penalty, 0) + rule.count
        return tuple(Deduction(items=counts[share], share=share) for share in sorted(counts, reverse=True))

    def allowing(self, allowance: Allowance | None) -> QuizRules:
        """The rules as they hold for somebody with an allowance.

        Extra time is a share of the minutes, rounded up, and minutes on top. It also goes past the moment at
        which the quiz closes for all, unless the person has a window of their own.
        """
        if allowance is None:
            return self
        minutes, extra = self.minutes, allowance.extra_minutes
        if minutes is not None:
            extra += -(-minutes * allowance.extra_percent // 100)
            minutes += extra
        return replace(
            self,
            minutes=minutes,
            attempts=None if self.attempts is None else self.attempts + allowance.extra_attempts,
            opens=allowance.opens or self.opens,
            opens_for_all=self.opens,
            closes=allowance.closes or self.closes,
            extra=timedelta(minutes=0 if allowance.closes else extra),
        )

    def deadline(self, started_at: datetime) -> datetime | None:
        """When an attempt ends: after its minutes, or when the quiz closes, whichever is sooner."""
        ends = [started_at + timedelta(minutes=self.minutes) if self.minutes else None, self.last_moment]
        return min((end for end in ends if end is not None), default=None)

    @property
    def last_moment(self) -> datetime | None:
        """When the quiz closes for whom the rules hold, time of their own included; None if it does not."""
        return self.closes + self.extra if self.closes else None

    def accepts_until(self, deadline: datetime | None) -> datetime | None:
        """Until when the server takes answers: a little longer, for what is on its way."""
        return deadline + self.grace if deadline else None

    def attempts_left(self, used: int) -> int | None:
        """Attempts that may still be started; None without a limit."""
        return None if self.attempts is None else max(self.attempts - used, 0)
