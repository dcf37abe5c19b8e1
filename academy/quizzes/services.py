"""What can be done with quizzes and attempts: the public Python API of this slice."""

from __future__ import annotations

from academy.quizzes.access_codes import set_access_code
from academy.quizzes.accommodations import grant_accommodation, withdraw_accommodation
from academy.quizzes.answers import FormAnswer, StoredAnswer, save_answer, save_form, save_form_answer
from academy.quizzes.answers_import import import_answers_file, plan_answers_file
from academy.quizzes.board import grant_time
from academy.quizzes.closing import (
    expire_attempt,
    expire_overdue,
    get_current_attempt,
    grade_pending,
    submit_attempt,
)
from academy.quizzes.devices import take_over
from academy.quizzes.freezing import find_freeze, lift_freeze
from academy.quizzes.grade_changes import (
    MarkChange,
    NewGrade,
    change_grades,
    change_many,
    change_of,
    would_change,
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
from academy.quizzes.pausing import end_own_pause, end_pauses, pause_attempts, pause_own
from academy.quizzes.prolonging import prolong_quiz
from academy.quizzes.publishing import SavedQuiz, copy_quizzes, retire_quiz, save_quiz, sync_quizzes
from academy.quizzes.starting import start_attempt
from academy.quizzes.studio import free_slug, remove_quiz, write_quiz
from academy.quizzes.uploads import (
    MAX_UPLOAD,
    AnswerFile,
    UploadedFile,
    answer_file,
    tidy_uploads,
    upload_file,
)

__all__ = [
    "MAX_UPLOAD",
    "AnswerFile",
    "BatchView",
    "PrintedFile",
    "make_print",
    "open_print",
    "print_again",
    "prints_of",
    "request_print",
    "FormAnswer",
    "MarkChange",
    "NewGrade",
    "PaperReport",
    "SavedQuiz",
    "StoredAnswer",
    "change_grades",
    "change_many",
    "change_of",
    "UploadedFile",
    "answer_file",
    "copy_quizzes",
    "end_own_pause",
    "end_pauses",
    "expire_attempt",
    "expire_overdue",
    "find_freeze",
    "free_slug",
    "get_current_attempt",
    "grade_pending",
    "grant_accommodation",
    "grant_time",
    "import_answers_file",
    "lift_freeze",
    "pause_attempts",
    "pause_own",
    "plan_answers_file",
    "prolong_quiz",
    "remove_quiz",
    "retire_quiz",
    "reveal_seeds",
    "save_answer",
    "save_form",
    "save_form_answer",
    "save_quiz",
    "seal_exam",
    "set_access_code",
    "start_attempt",
    "submit_attempt",
    "sync_quizzes",
    "take_over",
    "tend_examinations",
    "verify_papers",
    "withdraw_accommodation",
    "would_change",
    "tidy_uploads",
    "upload_file",
    "write_quiz",
]
