"""What can be done in the studio: the public Python API of this slice."""

from __future__ import annotations

from academy.authoring.bank_writing import (
    change_questions,
    confirm_translation,
    plan_questions,
    review_question,
    undo_questions,
)
from academy.authoring.copying import copy_course
from academy.authoring.drafts import restore_revision, save_draft
from academy.authoring.outline import add_lesson, move_lesson, plan_lesson, put_lesson_back, remove_lesson
from academy.authoring.publishing import (
    Publication,
    publish,
    return_course,
    submit,
    withdraw,
)
from academy.authoring.question_exchange import (
    ImportOptions,
    confirm_question_import,
    discard_question_import,
    get_question_import,
    import_questions_at_once,
    place_question_import,
    start_question_import,
)
from academy.authoring.question_export import export_questions
from academy.authoring.question_writing import (
    QuestionPlace,
    add_question,
    change_question,
    restore_question,
    retire_question,
)
from academy.authoring.settings import create_course, set_quizzes, update_settings
from academy.authoring.uploads import upload_media
from academy.authoring.working_copy import open_working_copy

__all__ = [
    "add_lesson",
    "add_question",
    "confirm_question_import",
    "discard_question_import",
    "export_questions",
    "get_question_import",
    "import_questions_at_once",
    "place_question_import",
    "start_question_import",
    "change_question",
    "change_questions",
    "confirm_translation",
    "copy_course",
    "create_course",
    "move_lesson",
    "open_working_copy",
    "plan_lesson",
    "plan_questions",
    "publish",
    "put_lesson_back",
    "remove_lesson",
    "restore_question",
    "restore_revision",
    "retire_question",
    "return_course",
    "review_question",
    "save_draft",
    "set_quizzes",
    "submit",
    "undo_questions",
    "update_settings",
    "upload_media",
    "withdraw",
    "ImportOptions",
    "Publication",
    "QuestionPlace",
]
