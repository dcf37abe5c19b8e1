"""What can be done with marks and appeals: the public Python API of this slice."""

from __future__ import annotations

from academy.grading.appealing import (
    ask_appeal,
    assign_appeal,
    decide_appeal,
    refuse_appeal,
    remark_appeal,
    return_appeal,
    withdraw_appeal,
)
from academy.grading.changing import approve_change, propose_change, reject_change, withdraw_change
from academy.grading.collecting import on_attempt_submitted
from academy.grading.judging import on_graded
from academy.grading.marking import Mark, forget_phrase, next_seat, save_mark, undo_mark, with_phrases
from academy.grading.moderating import confirm_marks, moderate
from academy.grading.releasing import apply_release, release_marks
from academy.grading.setting_up import accounts_named, save_scheme, share_again
from academy.grading.thirds import give_third

__all__ = [
    "Mark", "accounts_named", "apply_release", "approve_change", "ask_appeal", "assign_appeal", "confirm_marks",
    "decide_appeal", "forget_phrase", "give_third", "moderate", "next_seat", "on_attempt_submitted", "on_graded", "propose_change",
    "refuse_appeal", "reject_change", "release_marks", "remark_appeal", "return_appeal", "save_mark", "save_scheme",
    "share_again", "undo_mark", "withdraw_appeal", "withdraw_change", "with_phrases",
]  # fmt: skip
