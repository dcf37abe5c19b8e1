"""The file that a learner hands over when the network never came back."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from io import BytesIO

import pytest

from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.jobs import Job
from academy.quizzes import services
from academy.quizzes.answers_file import MAX_BYTES, file_key
from academy.quizzes.models import AnswerLog
from academy.quizzes.queries import changes_of
from academy.quizzes.verifying import verify_marks
from tests.factories import create_actor
from tests.quizzes.sitting import right_answer, view, wrong_answer
from tests.quizzes.test_pages import Reader

REASON = "Mất mạng trong phòng thi, tệp nộp lúc 10:05"


class Paper:
    """An attempt with one answer stored (slot 1, sequence 3), and the key that its page holds."""

    def __init__(self, sat) -> None:
        self.sat, self.learner = sat, sat.learner()
        self.attempt = services.start_attempt(self.learner, sat.quiz_id)
        self.slots = view(self.learner, self.attempt).slots
        services.save_answer(self.learner, self.attempt, 1, 3, wrong_answer(self.slots[0]))
        self.key = file_key(self.attempt, self.learner.person_id)

    def file(self, given, *, key=None, signature=None, **changes) -> str:
        """Slot → (sequence, answer) as the page writes it."""
        payload = json.dumps(
            {
                "format": "academy-answers/1",
                "attempt": self.attempt,
                "made_at": "2026-12-01T03:05:00.000Z",
                "answers": [
                    {"slot": slot, "sequence": sequence, "fields": {f"s{slot}": answer}, "stored": False}
                    for slot, (sequence, answer) in given.items()
                ],
            }
            | changes
        )
        made = hmac.new((key or self.key).encode(), payload.encode(), "sha256").hexdigest()
        return json.dumps({"payload": payload, "signature": made if signature is None else signature})

    def whole(self) -> str:
        """Newer in slot 1, first in 2, nothing of 3."""
        return self.file({1: (5, right_answer(self.slots[0])), 2: (1, right_answer(self.slots[1]))})

    def take(self, file, *, reason="", actor=None):
        return services.import_answers_file(actor or self.sat.instructor, self.attempt, file, reason=reason)

    def stored(self):
        return [slot.stored_sequence for slot in view(self.learner, self.attempt).slots]


@pytest.fixture
def paper(sat) -> Paper:
    return Paper(sat)


def over():
    return clock.frozen(clock.now() + timedelta(hours=1))


def test_first_it_is_said_what_would_change_then_it_changes_once(paper):
    plan = services.plan_answers_file(paper.sat.instructor, paper.attempt, paper.whole())
    assert [(change.slot, change.status) for change in plan.changes] == [(1, "new"), (2, "new")]
    assert paper.stored() == [3, 0, 0] and not plan.late
    assert paper.take(paper.whole()).stores == (1, 2)
    assert paper.stored() == [5, 1, 0]
    assert [change.status for change in paper.take(paper.whole()).changes] == ["same", "same"]
    assert db.session.query(AnswerLog).filter_by(attempt_id=paper.attempt).count() == 3
    entries = db.session.query(AuditEntry).filter_by(act="quizzes.answers.import").all()
    assert [entry.details["slots"] for entry in entries] == [[1, 2]]
    assert entries[0].person_id == paper.learner.person_id


def test_a_newer_stored_answer_stays(paper):
    services.save_answer(paper.learner, paper.attempt, 1, 9, wrong_answer(paper.slots[0]))
    plan = paper.take(paper.whole())
    assert [(change.slot, change.status) for change in plan.changes] == [(1, "older"), (2, "new")]
    assert view(paper.learner, paper.attempt).slots[0].answer == wrong_answer(paper.slots[0])


def test_the_same_number_from_another_device_does_not_replace_what_is_stored(paper):
    plan = paper.take(paper.file({1: (3, right_answer(paper.slots[0]))}))
    assert plan.changes[0].status == "older" and not plan.stores


def test_after_the_end_a_reason_is_needed_and_the_attempt_is_graded_anew(paper):
    with over():
        services.expire_attempt(paper.attempt)
        before = view(paper.learner, paper.attempt).attempt
        assert before.state == "expired" and before.mark == 0
        with pytest.raises(Invalid) as refusal:
            paper.take(paper.whole())
        assert "reason" in refusal.value.errors and paper.stored() == [3, 0, 0]
        assert paper.take(paper.whole(), reason=REASON).late
        after = view(paper.learner, paper.attempt).attempt
        assert after.state == "expired" and after.submitted_at == before.submitted_at
        assert after.mark > 6 and after.passed
        changes = changes_of(view(paper.learner, paper.attempt))
        assert [(one.source, one.reason, one.mark_before, one.mark_after) for one in changes] == [
            ("late", REASON, before.mark, after.mark)
        ]
        assert list(verify_marks()) == []
        entry = db.session.query(AuditEntry).filter_by(act="quizzes.answers.import").one()
        assert entry.details["reason"] == REASON and entry.details["late"]
        assert paper.take(paper.whole(), reason=REASON).stores == ()
    assert db.session.query(AuditEntry).filter_by(act="quizzes.answers.import").count() == 1


def test_an_attempt_that_nothing_has_closed_yet_is_closed_with_the_files_answers(paper):
    with over():
        paper.take(paper.whole(), reason=REASON)
    found = view(paper.learner, paper.attempt).attempt
    assert found.state == "expired" and found.mark > 6


def test_what_was_handed_in_is_final(paper):
    services.submit_attempt(paper.learner, paper.attempt)
    with pytest.raises(Conflict):
        paper.take(paper.whole(), reason=REASON)
    assert paper.stored() == [3, 0, 0]


def test_an_edited_file_is_refused(paper):
    file = json.loads(paper.whole())
    file["payload"] = file["payload"].replace('"sequence": 5', '"sequence": 6')
    with pytest.raises(Invalid) as refusal:
        paper.take(json.dumps(file))
    assert refusal.value.rule == "answers-file.signature"


def test_a_file_of_another_person_or_another_attempt_is_refused(paper):
    neighbour = Paper(paper.sat)
    for file in (
        neighbour.whole(),  # theirs, handed in here
        paper.file({1: (5, "x")}, key=neighbour.key),  # signed with their key
        paper.file({1: (5, "x")}, signature=json.loads(neighbour.whole())["signature"]),
        paper.file({1: (5, "x")}, signature=""),
        paper.file({1: (5, "x")}, signature="é" * 64),
    ):
        with pytest.raises(Invalid):
            paper.take(file)
    assert paper.stored() == [3, 0, 0]


def test_neither_learners_nor_strangers_take_files_in(paper):
    for actor in (paper.learner, create_actor(Role.INSTRUCTOR)):
        with pytest.raises((Forbidden, NotFound)):
            paper.take(paper.whole(), actor=actor)


BROKEN = {
    "empty": "",
    "text": "xin chào",
    "number": "7",
    "list": "[]",
    "no payload": '{"signature": "x"}',
    "payload is no JSON": '{"payload": "x", "signature": "x"}',
    "deep": "[" * 100_000,
    "surrogate": '{"payload": "\\ud800", "signature": "x"}',
    "large": " " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_file_of_answers_is_refused_with_a_next_step(paper, name):
    with pytest.raises(Invalid) as refusal:
        paper.take(BROKEN[name])
    assert refusal.value.rule == "answers-file.format" and refusal.value.next_step


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "academy-answers/2"}, {"answers": None}, {"attempt": True}, {"made_at": "gestern"},
        {"answers": [{"slot": 1, "sequence": 0, "fields": {}}]},
        {"answers": [{"slot": 1, "sequence": 1, "fields": {"s1": 5}}]},
        {"answers": [{"slot": 1, "sequence": 1, "fields": {"s1": "a\x00"}}]},
        {"answers": [{"slot": 1, "sequence": 1, "fields": {}}] * 2},
    ],
)  # fmt: skip
def test_a_signed_file_of_nonsense_is_refused_too(paper, changes):
    with pytest.raises(Invalid):
        paper.take(paper.file({}, **changes))


def test_an_answer_that_cannot_be_read_or_has_no_slot_is_named_and_the_others_are_stored(paper):
    plan = paper.take(
        paper.file({1: (5, "no such option"), 2: (1, right_answer(paper.slots[1])), 77: (1, "a")})
    )
    assert [(change.slot, change.status) for change in plan.changes] == [
        (1, "refused"),
        (2, "new"),
        (77, "refused"),
    ]
    assert paper.stored() == [3, 1, 0]


def test_by_the_pages_of_the_room(app, paper):
    reader = Reader(app.test_client(), paper.sat.instructor)
    address = f"/attempts/{paper.attempt}/answers-file"
    reader.get(address)
    with over():
        page = reader.post(address, {"file": [(BytesIO(paper.whole().encode()), "bai-lam.json")]}, 200)
        assert "is stored" in page and paper.stored() == [3, 0, 0]
        kept = {"data": paper.whole(), "act": "store"}
        page = reader.post(address, kept | {"reason": ""}, 422)
        assert "payload" in page and 'name="reason"' in page
        reader.post(address, kept | {"reason": REASON})
    assert paper.stored() == [5, 1, 0]
    assert reader.post(address, {"data": "nonsense"}, 422)


def test_by_the_api_with_a_dry_run(app, paper):
    reader = Reader(app.test_client(), paper.sat.instructor)
    headers = {"X-CSRFToken": reader.token}
    address = f"/api/v1/attempts/{paper.attempt}/answers-file"
    file = json.loads(paper.whole())
    told = reader.client.post(f"{address}?dry_run=true", json=file, headers=headers).get_json()
    assert told["stores"] == [1, 2] and paper.stored() == [3, 0, 0]
    assert told["changes"][0]["stored"] == wrong_answer(paper.slots[0])
    told = reader.client.post(address, json=file, headers=headers).get_json()
    assert told["stores"] == [1, 2] and paper.stored() == [5, 1, 0]


def test_the_page_holds_the_key_of_its_own_attempt_only(app, paper):
    page = Reader(app.test_client(), paper.learner).get(f"/attempts/{paper.attempt}")
    assert f'data-key="{paper.key}"' in page
    assert paper.key != Paper(paper.sat).key
    assert db.session.query(Job).filter_by(kind="quizzes.expire").count() == 2
