"""How an examination proves that nobody chose who gets which questions.

Before it opens, two hashes are published; once it is over, what they are the hashes of. The formulas are
public, use nothing but SHA-256 and HMAC (FIPS 180-4, RFC 2104), and every text is UTF-8:

* *manifest*: the pool and the blueprint, as JSON with sorted keys and no spaces (:func:`canonical`);
  ``manifest_hash = SHA-256(manifest)``.
* *commitment*: ``SHA-256("academy-examination/1\\n" + salt + "\\n" + seed)``, salt and seed as 64 hexadecimal
  digits. The salt keeps a weak seed from being guessed; both are drawn from the system's random numbers.
* *identity* of an attempt: ``<quiz>-<enrollment>-<number>``, numbers that name no person.
* *seed of an attempt*: the first eight bytes of ``HMAC-SHA-256(key=seed as bytes, "attempt\\n" + identity)`` as a
  whole number, big end first, without its last two bits. That of a printed variant likewise, with
  ``"variant\\n" + code``.

From its seed a paper follows by :func:`academy.quizzes.paper.draw`. What this proves: the seed was fixed
before anybody sat, and each paper is what the seed makes of the pool. What it does not prove: that whoever made
the seed did not make several and keep the one that pleased most; that the hashes were not published twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from academy.kernel import chance
from academy.quizzes.paper import DrawRule

FORMAT = "academy-examination/1"
ATTEMPT, VARIANT = "attempt", "variant"


def canonical(data: Any) -> str:
    """JSON in the one form that is hashed: sorted keys, no spaces, letters as they are."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(data: Any) -> str:
    """SHA-256 of data in its canonical form, hexadecimal."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def new_secret() -> str:
    """256 random bits, hexadecimal."""
    return chance.token_hex(32)


def commitment(salt: str, seed: str) -> str:
    """What is published of a seed before it is revealed."""
    return hashlib.sha256(f"{FORMAT}\n{salt}\n{seed}".encode()).hexdigest()


def identity(quiz_id: int, enrollment_id: int, number: int) -> str:
    """The name of an attempt in the proof."""
    return f"{quiz_id}-{enrollment_id}-{number}"


def derived_seed(exam_seed: str, purpose: str, name: str) -> int:
    """The seed of one paper: from 0 to 2**62 - 1.

    Args:
        exam_seed: of the examination, hexadecimal.
        purpose: :data:`ATTEMPT` or :data:`VARIANT`.
        name: the identity of the attempt, or the code of the variant.
    """
    digest = hmac.digest(bytes.fromhex(exam_seed), f"{purpose}\n{name}".encode(), "sha256")
    return int.from_bytes(digest[:8]) >> 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedItem:
    """An item of the frozen pool: what the draw looks at, and the hash of what it asks."""

    version_id: int
    key: str
    version: int
    hash: str
    kind: str
    outcome: str
    lesson: str
    difficulty: int
    use_lesson: bool
    by_hand: bool


_FIELDS = tuple(SealedItem.__dataclass_fields__)


def blueprint_of(rules: Iterable[DrawRule], *, shuffle_items: bool, shuffle_options: bool) -> dict[str, Any]:
    """The rules of drawing as plain values, whatever form they were written in."""
    return {
        "draw": [
            {
                "count": rule.count,
                "weight": format(rule.weight.normalize(), "f"),
                "penalty": format(rule.penalty.normalize(), "f"),
                "outcome": rule.outcome,
                "kinds": sorted(rule.kinds),
                "lesson": rule.lesson,
                "difficulty": sorted(rule.difficulty),
                "shown": rule.shown,
            }
            for rule in rules
        ],
        "shuffle": {"items": shuffle_items, "options": shuffle_options},
    }


def manifest_of(quiz: str, blueprint: Mapping[str, Any], items: Iterable[SealedItem]) -> dict[str, Any]:
    """The frozen pool with the blueprint; ``quiz`` is ``<course>/<quiz>``."""
    rows = sorted(items, key=lambda item: item.key)
    return {
        "format": FORMAT,
        "quiz": quiz,
        "blueprint": dict(blueprint),
        "items": [{name: getattr(item, name) for name in _FIELDS} for item in rows],
    }


def items_in(manifest: Mapping[str, Any]) -> list[SealedItem]:
    """The pool of a manifest."""
    return [SealedItem(**{name: row[name] for name in _FIELDS}) for row in manifest["items"]]


def rules_in(manifest: Mapping[str, Any]) -> Sequence[DrawRule]:
    """The lines of a manifest's blueprint."""
    rows = manifest["blueprint"]["draw"]
    return [
        DrawRule.from_settings({name: value for name, value in row.items() if value is not None})
        for row in rows
    ]
