"""What all mappings share: how a question is refused, credit rules, decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from academy.questions.exchange.neutral import Note
from academy.questions.registry import exercise_type

__all__ = ["Mapped", "Unmappable", "plain_decimal", "rules_of", "with_rule"]

Mapped = tuple[str, dict[str, Any], tuple[Note, ...], tuple[str, ...]]
"""Kind, parts of the spec, what is a little different, and texts that belong into the explanation."""


class Unmappable(Exception):
    """A question that no kind of the academy can ask; carries the note that says why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.note = Note(code, params)


def rules_of(kind: str) -> tuple[str, ...]:
    """The credit rules of a kind, the usual one first."""
    return tuple(exercise_type(kind).credit_rules)


def with_rule(parts: dict[str, Any], kind: str, rule: str) -> dict[str, Any]:
    """The parts with a credit rule where it is one of the kind's and not the usual one."""
    rules = rules_of(kind)
    return parts | {"credit": rule} if rule in rules and rule != rules[0] else parts


def plain_decimal(number: Decimal) -> str:
    """``33.33333`` → ``"33.33333"``, ``50.0`` → ``"50"``: no exponent, no zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
