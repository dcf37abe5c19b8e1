"""The proof: it is silent about what is right, and names each thing that was tampered with."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from sqlalchemy import update

from academy.contests.cli import group
from academy.contests.models import (
    ContestEntry,
    ContestLine,
    ContestResult,
    ContestRound,
    ContestUnitCount,
)
from academy.contests.pages import CHECKER
from academy.contests.verifying import differences
from academy.kernel.unit_of_work import unit_of_work
from academy.quizzes.models import Attempt


@pytest.fixture
def decided(played):
    """Six entries, closed, drawn and published."""
    for number in range(6):
        played.play(
            played.person(f"Người {number}"), right=3 - number // 3, prediction=number, seconds=60 + number
        )
    played.close()
    played.publish()
    return played


def tamper(model, condition=None, **values) -> None:
    with unit_of_work() as work:
        statement = update(model).values(**values)
        work.session.execute(statement if condition is None else statement.where(condition))


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(group, ["verify", *arguments])


def test_what_is_right_is_found_right(app, decided):
    answer = run(app, decided.slug)
    assert (answer.exit_code, answer.output) == (0, "1 results agree with the facts\n")
    assert run(app, decided.slug, "--round", "1").exit_code == 0


def test_what_does_not_exist_is_a_wrong_use(app, decided):
    assert run(app, "khong-co").exit_code == 2
    assert run(app, decided.slug, "--round", "9").exit_code == 2


@pytest.mark.parametrize(
    ("model", "condition", "values", "said"),
    [
        (Attempt, None, {"mark": 4}, "mark 4.0"),
        (Attempt, Attempt.score < 1, {"score": 1}, "truth"),
        (ContestEntry, None, {"prediction": 3}, "shows the prediction 3"),
        (ContestEntry, None, {"board_id": None}, "entries: stored 6, facts 0"),
        (ContestLine, ContestLine.place == 1, {"prize": None}, "its lines are not what its digest"),
        (ContestLine, ContestLine.place == 2, {"seconds": 1}, "place 2"),
        (ContestResult, None, {"digest": "0" * 64}, "digest"),
        (ContestResult, None, {"truth": 99}, "truth: stored 99, facts 3"),
        (ContestUnitCount, None, {"took_part": 5}, "unit"),
        (ContestRound, None, {"seed": "ab" * 32}, "committed to"),
        (ContestRound, None, {"salt": "ab" * 16}, "committed to"),
    ],
)
def test_what_was_tampered_with_is_named(app, decided, model, condition, values, said):
    tamper(model, condition, **values)
    answer = run(app, decided.slug)
    assert answer.exit_code == 1
    assert said in answer.output


def test_an_entry_that_is_taken_away_or_another_attempt_is_seen(decided, session):
    entry = session.query(ContestEntry).first()
    tamper(Attempt, Attempt.id == entry.attempt_id, started_at=decided.view.round(1).closes_at)
    found = "\n".join(differences(decided.slug))
    assert f"attempt {entry.attempt_id} does not count, and has an entry" in found


def test_only_the_wanted_round_is_looked_at(app, decided):
    tamper(Attempt, None, mark=4)
    assert run(app, decided.slug, "--round", "0").exit_code == 0
    assert run(app, decided.slug, "--round", "1").exit_code == 1


# --- with the program for everybody ------------------------------------------------------------


def check(tmp_path, data):
    file = tmp_path / "data.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return subprocess.run([sys.executable, CHECKER, file], capture_output=True, text=True, timeout=30)


@pytest.fixture
def data(decided, client):
    return client.get(f"/api/v1/contests/{decided.slug}/results/1/data").get_json()


def test_the_program_agrees_with_published_data(data, tmp_path):
    assert len(data["boards"][1]["lines"]) == 6
    answer = check(tmp_path, data)
    assert (answer.returncode, answer.stdout) == (0, "everything agrees\n"), answer.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(salt="00"), "committed"),
        (lambda data: data["boards"][1]["lines"][3].update(lot="00" * 32), "wrong lot"),
        (lambda data: data["boards"][1]["lines"].reverse(), "wrong order"),
        (lambda data: data["boards"][1]["lines"][1].update(rank=1), "wrong ranks"),
        (lambda data: data["boards"][1]["lines"][5].update(prize=0), "wrong prizes"),
    ],
)
def test_the_program_sees_what_was_changed(data, tmp_path, change, said):
    change(data)
    answer = check(tmp_path, data)
    assert answer.returncode == 1
    assert said in answer.stdout


def test_the_data_name_nobody_and_hide_the_few(played, client):
    for number in range(2):
        played.play(played.person(f"Người Bí Mật {number}"), seconds=60 + number)
    played.close()
    played.publish()
    answer = client.get(f"/api/v1/contests/{played.slug}/results/1/data")
    assert "Bí Mật" not in answer.get_data(as_text=True)
    lines = answer.get_json()["boards"][1]["lines"]
    assert [line["mark"] for line in lines] == [None, None]
    assert all(line["lot"] for line in lines)
