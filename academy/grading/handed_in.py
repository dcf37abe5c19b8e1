"""Files that were handed in, for those who mark: under names that tell nothing of who wrote them, and without metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.grading.anonymous_files import anonymous
from academy.grading.appeal_queries import get_remark
from academy.grading.overview_queries import get_answer
from academy.grading.queries import get_seat
from academy.kernel.actor import Actor
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.kernel.storage import answer_files
from academy.questions.file_formats import FORMATS
from academy.quizzes.uploads import AnswerFile

__all__ = ["file_for_marker", "file_for_moderator", "file_for_remark"]


def file_for_marker(actor: Actor, seat_id: int, key: str) -> AnswerFile:
    """A file of an answer that the actor marks.

    Raises:
        NotFound: the answer is not the actor's to mark, or has no such file.
    """
    return _file(get_seat(actor, seat_id).answer, key)


def file_for_moderator(actor: Actor, answer_id: int, key: str) -> AnswerFile:
    """A file of an answer whose marking the actor leads.

    Raises:
        NotFound, Forbidden: the marking is not the actor's to lead, or the answer has no such file.
    """
    return _file(get_answer(actor, answer_id).answer, key)


def file_for_remark(actor: Actor, appeal_id: int, key: str) -> AnswerFile:
    """A file of an answer that the actor marks again.

    Raises:
        NotFound, Forbidden, Conflict: the appeal is not the actor's to mark, or none of its answers has such a file.
    """
    _appeal, questions = get_remark(actor, appeal_id)
    for question in questions:
        answer = question.shown["answer"]
        if any(file.get("key") == key for file in _files(answer)):
            return _file(answer, key)
    raise _no_file()


def _files(answer: Any) -> list[Mapping[str, Any]]:
    return answer.get("files") or [] if isinstance(answer, Mapping) else []


def _file(answer: Any, key: str) -> AnswerFile:
    for file in _files(answer):
        if file.get("key") == key and answer_files().holds(key):
            kind, path = key.rpartition(".")[2], answer_files().path(key)
            data = anonymous(path.read_bytes(), kind)
            return AnswerFile(path=path, name=file["name"], mime=FORMATS[kind].mime, data=data)
    raise _no_file()


def _no_file() -> NotFound:
    return NotFound(_l("There is no such file."))
