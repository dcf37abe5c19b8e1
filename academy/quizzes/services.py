"""What can be done with quizzes and attempts: the public Python API of this slice."""

from __future__ import annotations

from academy.quizzes.answers import FormAnswer, StoredAnswer, save_answer, save_form, save_form_answer
from academy.quizzes.closing import (
    expire_attempt,
    expire_overdue,
    get_current_attempt,
    grade_pending,
    submit_attempt,
)
from academy.quizzes.paper_printing import (
    BatchView,
    PrintedFile,
    make_print,
    open_print,
    print_again,
    prints_of,
    request_print,
)
from academy.quizzes.paper_sealing import reveal_seeds, seal_exam, tend_examinations
from academy.quizzes.paper_verifying import PaperReport, verify_papers
from academy.quizzes.publishing import SavedQuiz, copy_quizzes, retire_quiz, save_quiz, sync_quizzes
from academy.quizzes.starting import start_attempt
from academy.quizzes.studio import free_slug, remove_quiz, write_quiz

__all__ = [
    "BatchView",
    "PrintedFile",
    "make_print",
    "open_print",
    "print_again",
    "prints_of",
    "request_print",
    "FormAnswer",
    "PaperReport",
    "SavedQuiz",
    "StoredAnswer",
    "copy_quizzes",
    "expire_attempt",
    "expire_overdue",
    "free_slug",
    "get_current_attempt",
    "grade_pending",
    "remove_quiz",
    "retire_quiz",
    "reveal_seeds",
    "save_answer",
    "save_form",
    "save_form_answer",
    "save_quiz",
    "seal_exam",
    "start_attempt",
    "submit_attempt",
    "sync_quizzes",
    "tend_examinations",
    "verify_papers",
    "write_quiz",
]
