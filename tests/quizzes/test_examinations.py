"""Examinations: sealed before they open, drawn from the seal, revealed afterwards, drawn again the same."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.models import ItemCard, ItemVersion
from academy.quizzes import services
from academy.quizzes.errors import CannotStart
from academy.quizzes.models import Attempt, AttemptItem, AttemptPaper, ExamSeal
from academy.quizzes.paper_proof import canonical, items_in
from academy.quizzes.paper_sealing import seals_of
from academy.quizzes.queries import get_quiz
from academy.quizzes.services import save_quiz
from tests.factories import create_actor, sign_in
from tests.quizzes.conftest import SETTINGS, Sat, make_sat, single
from tests.quizzes.sitting import sit, view

NOW = "2026-11-28T08:00:00+00:00"
WINDOW = {"opens": "2026-11-28T09:00:00+00:00", "closes": "2026-11-28T11:00:00+00:00"}


def _approve(sat: Sat) -> None:
    with unit_of_work() as work:
        work.session.execute(update(ItemCard).values(review="approved"))


@pytest.fixture
def exam(app) -> Sat:
    with clock.frozen(NOW):
        sat = make_sat(settings=SETTINGS | {"examination": True, "window": WINDOW, "attempts": 2})
        _approve(sat)
        services.seal_exam(sat.instructor, sat.quiz_id)
    return sat


def _during(minutes: int = 5):
    return clock.frozen(clock.datetime.fromisoformat(WINDOW["opens"]) + timedelta(minutes=minutes))


def _after(minutes: int = 5):
    return clock.frozen(clock.datetime.fromisoformat(WINDOW["closes"]) + timedelta(minutes=minutes))


def _verify(sat: Sat, attempt: int | None = None) -> list[str]:
    return [f"{one.name}: {found}" for one in services.verify_papers(sat.quiz_id, attempt) for found in one.differences]


def test_before_it_opens_only_hashes_are_known(exam):
    with clock.frozen(NOW):
        (seal,) = seals_of(exam.quiz_id)
    assert (seal.state, seal.seed, seal.salt, seal.manifest) == ("holds", None, None, None)
    assert len(seal.commitment) == len(seal.manifest_hash) == 64 and seal.items == 8


def test_anybody_can_check_what_was_revealed_with_sha256_alone(exam):
    with _during():
        attempt = sit(exam.learner(), exam.quiz_id).attempt
        assert services.reveal_seeds() == 0, "while it is open"
    with _after():
        assert services.reveal_seeds() == 1
        assert services.reveal_seeds() == 0
    (seal,) = seals_of(exam.quiz_id)
    text = f"academy-examination/1\n{seal.salt}\n{seal.seed}"
    assert hashlib.sha256(text.encode()).hexdigest() == seal.commitment
    manifest = json.dumps(seal.manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(manifest.encode()).hexdigest() == seal.manifest_hash
    row = db.session.get(Attempt, attempt.id)
    name = f"attempt\n{exam.quiz_id}-{row.enrollment_id}-{attempt.number}"
    digest = hmac.new(bytes.fromhex(seal.seed), name.encode(), hashlib.sha256).digest()
    assert attempt.seed == int.from_bytes(digest[:8], "big") >> 2


def test_the_seed_stays_secret_until_what_was_on_its_way_at_the_end_has_come(exam):
    with _after(1):
        assert services.reveal_seeds() == 0
    with _after(3):
        assert services.reveal_seeds() == 1


def test_the_seed_stays_secret_while_somebody_is_sitting(exam):
    learner = exam.learner()
    with _during():
        services.start_attempt(learner, exam.quiz_id)
    with _after():
        assert services.reveal_seeds() == 0
        services.expire_overdue()
        assert services.reveal_seeds() == 1


def test_the_seed_stays_secret_until_the_last_window_of_anybody_is_over(exam):
    learner = exam.learner()
    own = {"opens": "2026-11-28T12:00:00+00:00", "closes": "2026-11-28T13:00:00+00:00"}
    windows = {name: clock.datetime.fromisoformat(moment) for name, moment in own.items()}
    with clock.frozen(NOW):
        services.grant_accommodation(
            exam.instructor, exam.quiz_id, learner.username, {"reason": "Ốm trong giờ thi", **windows}
        )
    with _after():
        assert services.reveal_seeds() == 0
    with clock.frozen("2026-11-28T12:05:00+00:00"):
        sit(learner, exam.quiz_id)
    with clock.frozen("2026-11-28T13:05:00+00:00"):
        assert services.reveal_seeds() == 1
        assert not _verify(exam)


def test_the_secret_seed_is_stored_encrypted(exam):
    stored = db.session.connection().exec_driver_sql("SELECT seed FROM exam_seal").scalar()
    assert db.session.query(ExamSeal).one().seed not in stored


def test_every_learner_has_a_paper_of_his_own_and_all_can_be_drawn_again(exam):
    with _during():
        papers = [sit(exam.learner(f"Học viên {n}"), exam.quiz_id) for n in range(6)]
    assert len({paper.attempt.seed for paper in papers}) == 6
    assert len({tuple(slot.version.key for slot in paper.slots) for paper in papers}) > 1
    assert _verify(exam) == []


def test_papers_come_from_the_frozen_pool_whatever_happens_to_the_bank(exam):
    with clock.frozen(NOW):
        for number in range(1, 6):
            exam.item(f"mot-{number}", "single", single(number + 100))
        exam.item("mot-9", "single", single(9))
    learner = exam.learner()
    with _during():
        paper = sit(learner, exam.quiz_id)
    frozen = {item.version_id for item in items_in(db.session.query(ExamSeal).one().manifest)}
    assert {slot.version.id for slot in paper.slots} <= frozen
    assert _verify(exam) == []


def test_only_approved_items_are_drawn(app):
    with clock.frozen(NOW):
        sat = make_sat(settings=SETTINGS | {"examination": True, "window": WINDOW})
        with pytest.raises(Conflict, match="of the approved ones 0") as refusal:
            services.seal_exam(sat.instructor, sat.quiz_id)
        assert refusal.value.rule == "exam.pool"
        _approve(sat)
        sat.item("mot-1", "single", single(101))  # a draft again
        assert services.seal_exam(sat.instructor, sat.quiz_id).items == 7


def test_an_examination_that_is_not_sealed_cannot_be_sat(app):
    with clock.frozen(NOW):
        sat = make_sat(settings=SETTINGS | {"examination": True, "window": WINDOW})
    learner = sat.learner()
    with _during():
        with pytest.raises(CannotStart) as refusal:
            services.start_attempt(learner, sat.quiz_id)
        assert refusal.value.rule == "exam.sealed"
        with pytest.raises(Conflict) as refusal:
            services.seal_exam(sat.instructor, sat.quiz_id)
        assert refusal.value.rule == "exam.opened"


def test_a_seal_holds_for_its_rules_only(exam):
    learner = exam.learner()
    with _during():
        # the end is put off while it is being sat: the papers stay provable
        later = WINDOW | {"closes": "2026-11-28T12:00:00+00:00"}
        save_quiz(Actor.system(), exam.course_id, "final", SETTINGS | {"examination": True, "window": later, "attempts": 2})
        sit(learner, exam.quiz_id)
        other = SETTINGS | {"examination": True, "window": later, "draw": [{"count": 3}]}
        save_quiz(Actor.system(), exam.course_id, "final", other)
        with pytest.raises(CannotStart):
            services.start_attempt(exam.learner("Khác"), exam.quiz_id)
    assert _verify(exam) == []


def test_a_later_seal_takes_the_place_of_one_that_nobody_sat(exam):
    with clock.frozen(NOW):
        second = services.seal_exam(exam.instructor, exam.quiz_id)
    assert [one.state for one in seals_of(exam.quiz_id)] == ["holds", "replaced"]
    with _during():
        sit(exam.learner(), exam.quiz_id)
    with _after():
        assert services.reveal_seeds() == 1
    seals = seals_of(exam.quiz_id)
    assert [one.state for one in seals] == ["revealed", "replaced"] and seals[0].id == second.id
    assert seals[1].seed is None


def test_what_opens_within_a_day_is_sealed_by_itself(app):
    with clock.frozen(NOW):
        sat = make_sat(settings=SETTINGS | {"examination": True, "window": WINDOW})
        assert services.tend_examinations() == {"sealed": 0, "revealed": 0}, "nothing is approved"
        _approve(sat)
        assert services.tend_examinations() == {"sealed": 1, "revealed": 0}
        assert services.tend_examinations() == {"sealed": 0, "revealed": 0}
    assert get_quiz(sat.quiz_id).rules.examination


def test_only_who_edits_the_course_seals(exam):
    with clock.frozen(NOW), pytest.raises(Forbidden):
        services.seal_exam(create_actor(), exam.quiz_id)


def test_a_second_attempt_avoids_the_first_and_is_proven_too(exam):
    learner = exam.learner()
    with _during():
        first = {slot.version.key for slot in sit(learner, exam.quiz_id).slots}
        second = {slot.version.key for slot in sit(learner, exam.quiz_id).slots}
    assert len(first & second) == 0
    assert _verify(exam) == []


def test_practice_avoids_what_was_met_in_other_quizzes_of_the_course(sat):
    learner = sat.learner()
    other = save_quiz(Actor.system(), sat.course_id, "other", SETTINGS).quiz_id
    met = {slot.version.key for slot in sit(learner, other).slots}
    assert not met & {slot.version.key for slot in sit(learner, sat.quiz_id).slots}


# --- manipulated papers ---------------------------------------------------------------------------


def _sat_once(exam: Sat) -> int:
    with _during():
        attempt = sit(exam.learner(), exam.quiz_id).attempt.id
    assert _verify(exam) == []
    return attempt


def _change(model, values, *where) -> None:
    with unit_of_work() as work:
        work.session.execute(update(model).where(*where).values(**values))
    db.session.expire_all()


def test_a_swapped_question_is_named(exam):
    attempt = _sat_once(exam)
    first = db.session.get(AttemptItem, (attempt, 1)).item_version_id
    drawn = {slot.version.id for slot in view(exam.instructor, attempt).slots}
    other = next(i for i in items_in(db.session.query(ExamSeal).one().manifest) if i.version_id not in drawn)
    _change(AttemptItem, {"item_version_id": other.version_id}, AttemptItem.attempt_id == attempt, AttemptItem.slot == 1)
    found = _verify(exam, attempt)
    key = db.session.get(ItemVersion, first)
    assert any(f"slot 1: {other.key} was asked" in line for line in found) and key is not None
    assert len(found) == 2, "drawn, and shown"


@pytest.mark.parametrize(
    ("model", "values", "words"),
    [
        (Attempt, {"seed": 4711}, "the seed is 4711"),
        (AttemptPaper, {"seen": ["mot-1"]}, "had met before is not as stored: mot-1"),
        (AttemptItem, {"weight": 5}, "the weight is 5"),
        (ExamSeal, {"seed": "ab" * 32}, "the seed is not the one whose hash was published"),
        (ExamSeal, {"salt": "ab" * 32}, "the seed is not the one whose hash was published"),
        (ExamSeal, {"manifest_hash": "0" * 64}, "the pool is not the one"),
    ],
)
def test_what_was_changed_afterwards_is_named(exam, model, values, words):
    _sat_once(exam)
    _change(model, values)
    assert any(words in line for line in _verify(exam)), _verify(exam)


def test_a_question_rewritten_in_place_is_named(exam):
    _sat_once(exam)
    row = db.session.query(ItemVersion).order_by(ItemVersion.id).first()
    _change(ItemVersion, {"spec": row.spec | {"explanation": {"vi": "khác"}}}, ItemVersion.id == row.id)
    assert any("asks something else than when it was fixed" in line for line in _verify(exam))


def test_another_order_of_options_is_named(exam, monkeypatch):
    attempt = _sat_once(exam)
    from academy.questions.types import single as kind

    monkeypatch.setattr(kind, "in_seeded_order", lambda names, seed: sorted(names))
    found = _verify(exam, attempt)
    assert found and all("order of its options" in line for line in found)


def test_the_command_proves_and_fails(exam, app):
    attempt = _sat_once(exam)
    from academy.quizzes.cli import paper as group

    run = app.test_cli_runner().invoke
    for args in (["verify", "van-ban/final", "--all"], ["verify", str(exam.quiz_id)]):
        answer = run(group, args)
        assert answer.exit_code == 0 and "2 drawn again, all as they were stored." in answer.output
    assert "3 questions" in run(group, ["verify", "van-ban/final", "--attempt", str(attempt)]).output
    _change(Attempt, {"seed": 1})
    answer = run(group, ["verify", "van-ban/final"])
    assert answer.exit_code == 1 and "the seed is 1" in answer.output and "1 of 2 differ" in answer.output


def test_a_practice_quiz_proves_nothing_and_says_so(sat):
    sit(sat.learner(), sat.quiz_id)
    with pytest.raises(Conflict, match="Nothing can be proven"):
        list(services.verify_papers(sat.quiz_id))


def test_the_canonical_form_is_fixed():
    assert canonical({"b": [1, "ữ"], "a": None}) == '{"a":null,"b":[1,"ữ"]}'


def test_verifying_costs_few_queries_for_each_attempt(exam, count_queries):
    with _during():
        for number in range(3):
            sit(exam.learner(f"Học viên {number}"), exam.quiz_id)
    with count_queries() as first:
        assert _verify(exam) == []
    with _during():
        for number in range(3, 6):
            sit(exam.learner(f"Học viên {number}"), exam.quiz_id)
    with count_queries() as second:
        assert _verify(exam) == []
    assert len(second) - len(first) <= 3 * 3


def test_an_examination_needs_its_window(app):
    sat = make_sat()
    with pytest.raises(Invalid) as refusal:
        save_quiz(Actor.system(), sat.course_id, "final", SETTINGS | {"examination": True})
    assert set(refusal.value.errors) == {"window.opens"} or "window" in str(refusal.value.errors)


def test_signing_in_is_not_needed_to_see_hashes(exam, client):
    answer = client.get(f"/api/v1/quizzes/{exam.quiz_id}/proof")
    (seal,) = answer.get_json()["seals"]
    assert answer.status_code == 200 and seal["state"] == "holds" and seal["seed"] is None
    page = client.get(f"/quizzes/{exam.quiz_id}/proof").get_data(as_text=True)
    assert seal["commitment"] in page and seal["manifest_hash"] in page
    assert client.get(f"/quizzes/{exam.quiz_id}/proof.json").status_code == 404, "nothing is revealed yet"


def test_after_the_reveal_the_data_can_be_downloaded_and_name_no_person(exam, client):
    learner = exam.learner("Phạm Thị Không Tên")
    with _during():
        attempt = sit(learner, exam.quiz_id)
    with _after():
        services.reveal_seeds()
        answer = client.get(f"/quizzes/{exam.quiz_id}/proof.json")
        (seal,) = client.get(f"/api/v1/quizzes/{exam.quiz_id}/proof").get_json()["seals"]
    data = answer.get_json()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    (proven,) = data["examinations"]
    assert proven["seed"] == seal["seed"] and len(proven["seed"]) == 64
    (paper,) = proven["attempts"]
    assert paper["seed"] == str(attempt.attempt.seed)
    assert [slot["key"] for slot in paper["slots"]] == [slot.version.key for slot in attempt.slots]
    text = answer.get_data(as_text=True)
    assert "Không Tên" not in text and "RIGHT" not in text and learner.username not in text


def test_the_proof_of_a_quiz_that_nobody_may_see_is_hidden(exam, client):
    assert client.get("/quizzes/999/proof").status_code == 404
    assert client.get("/api/v1/quizzes/999/proof").status_code == 404


def test_a_learner_is_told_the_number_of_the_attempt_in_the_proof(exam, client):
    learner = exam.learner()
    with _during():
        attempt = sit(learner, exam.quiz_id).attempt
        sign_in(client, learner)
        page = client.get(f"/attempts/{attempt.id}").get_data(as_text=True)
    assert attempt.identity in page and attempt.identity.startswith(f"{exam.quiz_id}-")
    assert f"/quizzes/{exam.quiz_id}/proof" in page
    assert client.get(f"/api/v1/quizzes/{exam.quiz_id}").get_json()["examination"] is True
