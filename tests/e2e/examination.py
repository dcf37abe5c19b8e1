"""A sealed examination that is open now, at an academy of its own whose processes can be killed; its books afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from werkzeug.datastructures import MultiDict

from academy.enrollment.services import enroll
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.models import ItemCard
from academy.questions.queries import check_answer, read_answer
from academy.quizzes import services
from academy.quizzes.models import SUBMITTED, AnswerLog, Attempt
from academy.quizzes.page_fields import field_name
from academy.quizzes.publishing import save_quiz
from academy.quizzes.slot_queries import slot_rows
from academy.quizzes.verifying import verify_marks
from tests.chaos.site import Place, opened
from tests.chaos.verdict import drain, integrity, submissions
from tests.chaos.wsgi import keep_books
from tests.e2e.sitting import SAVES
from tests.factories import create_actor
from tests.questions.specs import both, option
from tests.quizzes.conftest import SETTINGS, Sat, make_course

LEARNER = "hocvien"


@dataclass(frozen=True, slots=True)
class Question:
    """``right`` and ``wrong`` as a learner gives them: labels to press, or words to type."""

    text: str
    right: str | tuple[str, ...]
    wrong: str | tuple[str, ...]
    kind: str
    spec: dict[str, Any] = field(default_factory=dict)

    def as_spec(self) -> dict[str, Any]:
        text = {"text": both(self.text, f"{self.text} (English)")}
        if self.kind in ("single", "multiple"):
            labels = sorted({*self.right, *self.wrong})
            return text | {
                "options": [
                    option(f"o{number}", label, correct=label in self.right)
                    for number, label in enumerate(labels)
                ]
            }
        return text | self.spec


QUESTIONS = (
    Question("Cơ quan nào ban hành nghị định?", ("Chính phủ",), ("Quốc hội",), "single"),
    Question("Ai ký quyết định của phường?", ("Chủ tịch phường",), ("Văn thư",), "single"),
    Question("Văn bản nào là văn bản quy phạm?", ("Luật", "Thông tư"), ("Giấy mời",), "multiple"),
    Question("Công văn đến do bộ phận nào vào sổ?", ("Văn thư lưu trữ",), ("Tài vụ",), "single"),
    Question("Hồ sơ một cửa phải có gì?", ("Tờ khai", "Giấy tờ kèm theo"), ("Ảnh gia đình",), "multiple"),
    Question(
        "Từ nào trái nghĩa với “ác”?", "đạo đức", "lười", "short",
        {"accept": {"vi": ["đạo đức"], "en": ["kind"]}, "accents": "ignore"},
    ),
    Question(
        "Ban hành xong thì làm gì với văn bản?", "lưu trữ", "đốt đi", "short",
        {"accept": {"vi": ["lưu trữ"], "en": ["file it"]}, "accents": "ignore"},
    ),
    Question("Bao nhiêu phần trăm hồ sơ đúng hạn?", "97,4", "12", "numeric", {"answer": "97.4", "tolerance": "0.05", "unit": "%"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examination(Place):
    quiz: int


def make_examination(folder: Path) -> Examination:
    """Fill an empty database; the examination was sealed before it opened, and is open for another hour."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'examination.sqlite3'}"
    now = clock.now()
    window = {
        "opens": (now - timedelta(minutes=5)).isoformat(),
        "closes": (now + timedelta(hours=1)).isoformat(),
    }
    rules = SETTINGS | {
        "title": both("Thi hết môn Văn bản", "Final examination"),
        "examination": True,
        "window": window,
        "attempts": 1,
        "delivery": {"one_device": True, "freeze_minutes": 30},
        "draw": [{"outcome": "o1", "count": len(QUESTIONS)}],
    }
    with opened(folder, url):
        db.create_all()
        with clock.frozen(now - timedelta(hours=1)):
            quiz = _publish(rules)
        return Examination(folder, url, quiz)


def _publish(rules: dict[str, Any]) -> int:
    course, instructor = make_course()
    sat = Sat(course_id=course, course="van-ban", quiz_id=0, instructor=instructor)
    for number, question in enumerate(QUESTIONS):
        sat.item(f"cau-{number}", question.kind, question.as_spec())
    with unit_of_work() as work:
        work.session.execute(update(ItemCard).values(review="approved"))
    quiz = save_quiz(instructor, course, "final", rules).quiz_id
    services.seal_exam(instructor, quiz)
    enroll(create_actor(full_name="Trần Thị Bình", username=LEARNER), sat.course)
    return quiz


@dataclass
class Journal:
    """What the browser sent, and what it was told is stored, as it went over the wire."""

    sent: dict[tuple[int, int], Any] = field(default_factory=dict)
    acknowledged: set[tuple[int, int]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def watch(self, context: Any) -> None:
        context.on("request", self._see_request)
        context.on("response", self._see_response)

    def _see_request(self, request: Any) -> None:
        if SAVES.search(request.url):
            name, fields = self._name(request), request.post_data_json["fields"]
            if self.sent.setdefault(name, fields) != fields:
                self.wrong.append(f"{name} was sent with other words: {self.sent[name]}, {fields}")

    def _see_response(self, response: Any) -> None:
        if SAVES.search(response.url) and response.status == 200:
            self.acknowledged.add(self._name(response.request))

    @staticmethod
    def _name(request: Any) -> tuple[int, int]:
        return int(urlsplit(request.url).path.rpartition("/")[2]), request.post_data_json["sequence"]


def broken_promises(examination: Examination, journal: Journal) -> list[str]:
    """What was acknowledged and is not so, what nobody sent, a submission too many or too few, a mark that does not follow."""
    with opened(examination.folder, examination.database_url) as app:
        keep_books(app)
        drain()
        attempts = db.session.scalars(select(Attempt)).all()
        found = [f"{len(attempts)} attempts"] if len(attempts) != 1 else []
        found += [f"attempt {one.id} is {one.state}" for one in attempts if one.state != SUBMITTED]
        found += [str(one) for one in verify_marks()]
        found += [
            difference
            for report in services.verify_papers(examination.quiz)
            for difference in report.differences
        ]
        return [*journal.wrong, *found, *_answers(attempts[0], journal), *submissions(), *integrity()]


def _answers(attempt: Attempt, journal: Journal) -> Sequence[str]:
    logged = {
        (row.slot, row.sequence): row.answer
        for row in db.session.execute(select(AnswerLog.slot, AnswerLog.sequence, AnswerLog.answer))
    }
    rows = db.session.scalar(select(func.count()).select_from(AnswerLog))
    found = [] if rows == len(logged) else [f"{rows} rows in the log for {len(logged)} changes"]
    found += [f"lost: {one} was acknowledged" for one in sorted(journal.acknowledged - logged.keys())]
    found += [f"foreign: {one} was never sent" for one in sorted(logged.keys() - journal.sent.keys())]
    for item, version in slot_rows(attempt.id):
        own = {sequence: answer for (slot, sequence), answer in logged.items() if slot == item.slot}
        for sequence, answer in own.items():
            form = MultiDict(journal.sent.get((item.slot, sequence), {}))
            sent = check_answer(version, read_answer(version, form, field_name(item.slot)))
            found += [f"changed: {sent} of slot {item.slot} is stored as {answer}"] if sent != answer else []
        last = max(own, default=0)
        if (item.stored_sequence, item.answer) != (last, own.get(last)):
            found.append(f"slot {item.slot} does not stand at its last change, {last}")
    return found
