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
    "FormAnswer",
    "SavedQuiz",
    "StoredAnswer",
    "UploadedFile",
    "answer_file",
    "copy_quizzes",
    "expire_attempt",
    "expire_overdue",
    "free_slug",
    "get_current_attempt",
    "grade_pending",
    "remove_quiz",
    "retire_quiz",
    "save_answer",
    "save_form",
    "save_form_answer",
    "save_quiz",
    "start_attempt",
    "submit_attempt",
    "sync_quizzes",
    "tidy_uploads",
    "upload_file",
    "write_quiz",
]
