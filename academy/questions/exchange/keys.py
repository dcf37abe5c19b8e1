"""Keys that a question gets again each time it comes in: from its id, its title, or what it asks."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from academy.kernel.text import slug
from academy.questions.exchange.neutral import Question

__all__ = ["content_hash", "key_of"]

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}\Z")


def key_of(question: Question, spec: Mapping[str, Any]) -> str:
    """The key under which a question is kept.

    An id that is a key stays as it is, any other becomes one with a few letters of its hash, so that two ids
    never fall together; a question that has neither id nor title is known by what it asks.
    """
    if question.key:
        return question.key if _KEY.match(question.key) else _named(question.key)
    if question.name:
        return _named(question.name)
    return f"q-{content_hash(spec)}"


def content_hash(spec: Mapping[str, Any]) -> str:
    """Twelve letters and digits that stand for what a question asks."""
    canonical = json.dumps(spec, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _named(name: str) -> str:
    short = hashlib.sha256(name.encode()).hexdigest()[:8]
    words = slug(name, 60)
    return f"{words}-{short}" if words else f"q-{short}"
