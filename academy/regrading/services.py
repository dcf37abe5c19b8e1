"""Regrading: propose, hand in, decide, carry out, and reverse."""

from __future__ import annotations

from academy.regrading.applying import apply_regrade, mark_seen
from academy.regrading.deciding import approve, hand_in, reject, withdraw
from academy.regrading.preparing import prepare_regrade, propose, propose_reversal

__all__ = [
    "apply_regrade",
    "approve",
    "hand_in",
    "mark_seen",
    "prepare_regrade",
    "propose",
    "propose_reversal",
    "reject",
    "withdraw",
]
