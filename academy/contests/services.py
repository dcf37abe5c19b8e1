"""What can be done with contests: the public Python API of this slice."""

from __future__ import annotations

from academy.contests.closing import close_round, close_when_due
from academy.contests.deciding import approve, compute_again, correct, draw, propose, publish, send_back
from academy.contests.entering import change_prediction, enter, obstacles_to_enter, withdraw_name
from academy.contests.excluding import exclude, include_again
from academy.contests.organizing import (
    add_round,
    announce_contest,
    announce_round,
    change_contest,
    change_round,
    create_contest,
    fit_quiz,
    remove_round,
)
from academy.contests.prolonging import prolong_round

__all__ = [
    "add_round",
    "announce_contest",
    "announce_round",
    "approve",
    "change_contest",
    "change_prediction",
    "change_round",
    "close_round",
    "close_when_due",
    "compute_again",
    "correct",
    "create_contest",
    "draw",
    "enter",
    "exclude",
    "fit_quiz",
    "include_again",
    "obstacles_to_enter",
    "prolong_round",
    "propose",
    "publish",
    "remove_round",
    "send_back",
    "withdraw_name",
]
