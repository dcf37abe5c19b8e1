"""Domain events: something happened that others may want to act upon.

An *atomic* subscriber runs inside the emitting transaction, before it commits; what it raises undoes
the whole. The others run after commit; what they raise is logged and harms nobody. Work that must
not be forgotten is a job, enqueued by an atomic subscriber.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

log = logging.getLogger(__name__)

Handler = Callable[[Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; carries ids and plain values, never mapped objects."""


class Subscriptions:
    """Who listens to what, for one application."""

    def __init__(self) -> None:
        self._atomic: dict[type[Event], list[Handler]] = defaultdict(list)
        self._after: dict[type[Event], list[Handler]] = defaultdict(list)
        self._after_any: list[Handler] = []

    def add(self, kind: type[Event], handler: Handler, *, atomic: bool) -> None:
        (self._atomic if atomic else self._after)[kind].append(handler)

    def add_for_all(self, handler: Handler) -> None:
        """Deliver every event after commit, for course modules' ``academy_on_event``."""
        self._after_any.append(handler)

    def inside(self, event: Event) -> None:
        for handler in self._atomic[type(event)]:
            handler(event)

    def after_commit(self, events: Iterable[Event]) -> None:
        for event in events:
            for handler in (*self._after[type(event)], *self._after_any):
                try:
                    handler(event)
                except Exception:
                    log.exception("a subscriber of %s failed", type(event).__name__)


def init_events(app: Flask) -> None:
    app.extensions["academy_subscriptions"] = Subscriptions()


def subscribe(app: Flask, kind: type[Event], handler: Handler, *, atomic: bool = False) -> None:
    """Let ``handler(event)`` hear of every event of exactly this kind."""
    app.extensions["academy_subscriptions"].add(kind, handler, atomic=atomic)


def subscriptions() -> Subscriptions:
    return current_app.extensions["academy_subscriptions"]
