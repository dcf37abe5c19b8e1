"""The pages and exports: who may read them, what they show, and that they cost the same for many questions."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from academy.audit.models import AuditEntry
from academy.item_analysis.models import QuizAlarm
from academy.item_analysis.services import analyse_quiz
from academy.kernel import clock, jobs
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.questions.queries import find_item
from tests.factories import create_actor, sign_in
from tests.item_analysis.conftest import able_choices
from tests.item_analysis.crowd import sit
from tests.quizzes.conftest import single

PATH = "/studio/courses/van-ban/analysis"


@pytest.fixture
def teacher(client, sat):
    """The course's instructor, signed in; gives the token of forms."""
    return sign_in(client, sat.instructor)


@pytest.fixture
def suspicious(sat, versions) -> list[int]:
    """Three hundred attempts; the key of the first question is wrong."""
    papers = able_choices(versions, 300)
    for paper in papers:
        paper[versions[0]] = {"a": "b", "b": "a"}.get(paper[versions[0]], "c")
    sit(sat.quiz_id, papers)
    analyse_quiz(sat.quiz_id)
    return versions


def read(client, path: str, status: int = 200) -> str:
    reply = client.get(path)
    assert reply.status_code == status, reply.get_data(as_text=True)[:2000]
    return html.unescape(reply.get_data(as_text=True))


def test_pages_show_what_is_wrong_and_what_to_do(client, teacher, sat, suspicious):
    assert "300" in read(client, PATH)
    page = read(client, f"{PATH}/final")
    table = page[page.index('id="items"') :]
    assert "key may be wrong" in table
    assert table.index("mot-1") < table.index("mot-2"), "what warns comes first"
    assert "Cronbach's alpha" in page
    link = re.search(rf'href="({PATH}/final/items/\d+\?[^"]+)"', page)[1]
    page = read(client, link)
    assert "The key may be wrong: strong learners choose “WRONG 1”." in page
    assert "regrade the attempts" in page
    assert "<title id=" in page and "<desc id=" in page and "RIGHT 1" in page


def test_the_table_is_sorted_by_any_column_both_ways(client, teacher, sat, suspicious):
    def order(sort: str) -> list[str]:
        page = read(client, f"{PATH}/final?sort={sort}")
        return re.findall(r"(mot-\d|hai-\d), version", page)

    rising, falling = order("item"), order("-item")
    assert rising == sorted(rising) and falling == rising[::-1] and len(rising) == 8
    assert order("discrimination")[0] == "mot-1" and order("-discrimination")[-1] == "mot-1"
    assert order("nonsense") == order("flags")
    assert 'aria-sort="descending"' in read(client, f"{PATH}/final?sort=-facility")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_equal_the_screen(client, teacher, sat, suspicious, kind):
    reply = client.get(f"{PATH}/final/export.{kind}?sort=facility")
    assert reply.status_code == 200 and f"van-ban-final-analysis.{kind}" in reply.headers["Content-Disposition"]
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(reply.data.decode("utf-8-sig"))))
    else:
        rows = [list(row) for row in load_workbook(io.BytesIO(reply.data)).active.iter_rows(values_only=True)]
    page = read(client, f"{PATH}/final?sort=facility")
    assert [row[0] for row in rows[1:]] == re.findall(r"(mot-\d|hai-\d), version", page)
    assert rows[0][0] == "Key" and len(rows) == 9
    shown = [one.replace(",", ".") for one in re.findall(r'data-label="Facility">([\d,]+)%', page)]
    assert [f"{round(float(row[3]) * 100, 1):g}" for row in rows[1:]] == shown
    assert read(client, f"{PATH}/final/export.pdf", 404)


def test_the_analysis_can_be_asked_for(client, teacher, sat, versions):
    sit(sat.quiz_id, able_choices(versions, 40))
    assert "not been analysed yet" in read(client, f"{PATH}/final")
    reply = client.post(f"{PATH}/final", data={"csrf_token": teacher})
    assert reply.status_code == 303 and "job=" in reply.headers["Location"]
    assert "Work has begun" in read(client, reply.headers["Location"])
    jobs.run_all()
    page = read(client, reply.headers["Location"])
    assert "Work has begun" not in page and "First marked attempts of 40 people" in page


def test_few_people_are_not_shown_at_all(client, teacher, sat, versions):
    sit(sat.quiz_id, able_choices(versions, 4))
    analyse_quiz(sat.quiz_id)
    page = read(client, f"{PATH}/final")
    assert "Fewer than 5 people" in page and "<svg viewBox" not in page[page.index("Fewer than 5") :].split("</main>")[0]
    assert "mot-1" not in page


def test_rough_figures_are_called_rough(client, teacher, sat, versions):
    sit(sat.quiz_id, able_choices(versions, 20))
    analyse_quiz(sat.quiz_id)
    assert "these figures are rough" in read(client, f"{PATH}/final")


def test_only_those_who_may_read_attempts_read_figures(client, sat, suspicious):
    item = re.search(r"items/(\d+)", _page_of(client, sat))[1]
    paths = (PATH, f"{PATH}/final", f"{PATH}/final/items/{item}", f"{PATH}/final/export.csv")
    for reader in (create_actor(Role.INSTRUCTOR), sat.learner()):
        sign_in(client, reader)
        for path in paths:
            assert client.get(path).status_code in (403, 404)


def _page_of(client, sat) -> str:
    sign_in(client, sat.instructor)
    return read(client, f"{PATH}/final")


def test_unknown_quizzes_and_items_are_not_found(client, teacher, sat, suspicious):
    for path in ("other", "final/items/999999", "final/items/1?version=7&family=x"):
        assert client.get(f"{PATH}/{path}").status_code in (200, 404)
    read(client, f"{PATH}/other", 404)
    assert "Nobody has been asked" in read(client, f"{PATH}/final/items/999999", 404)


def test_pages_cost_the_same_for_more_questions(client, teacher, sat, versions, count_queries):
    counts = []
    for round_ in range(2):
        more = [sat.item(f"ba-{round_}-{n}", "single", single(100 + 10 * round_ + n)).version_id for n in range(8 * round_)]
        sit(sat.quiz_id, able_choices([*versions, *more], 40))
        analyse_quiz(sat.quiz_id)
        item = re.search(r"items/(\d+)", read(client, f"{PATH}/final"))[1]
        for path in (PATH, f"{PATH}/final", f"{PATH}/final/items/{item}"):
            with count_queries() as queries:
                read(client, path)
            counts.append(len(queries))
    assert counts[:3] == counts[3:] and max(counts) <= 14, counts


# --- the alarm, as it is set for a quiz -----------------------------------------------------------


@pytest.fixture
def leaked(sat, versions) -> int:
    """The first question became easy and fast in the last fortnight; its item."""
    sit(sat.quiz_id, able_choices(versions, 150), at=clock.now() - timedelta(days=60), seconds=40.0)
    papers = able_choices(versions, 80, seed=9)
    for paper in papers:
        paper[versions[0]] = "a"
    sit(sat.quiz_id, papers, seconds={one: 20.0 if one == versions[0] else 40.0 for one in versions})
    analyse_quiz(sat.quiz_id)
    return find_item(sat.course_id, "mot-1").item_id


def alarm(client, token: str, status: int, **changes) -> str:
    numbers = {"days": "14", "least": "30", "rise": "10", "faster": "75", "one_in": "1000"}
    reply = client.post(f"{PATH}/final/alarm", data={"csrf_token": token, **numbers, **changes})
    assert reply.status_code == status, reply.get_data(as_text=True)[:2000]
    return html.unescape(reply.get_data(as_text=True)) if status != 303 else reply.headers["Location"]


def flags(client) -> list[str]:
    items = client.get(f"/api/v1{PATH}/final").get_json()["items"]
    return [flag["code"] for item in items for flag in item["flags"] if item["key"] == "mot-1"]


def test_the_alarm_says_when_it_goes_off_and_is_set_for_a_quiz(client, teacher, sat, leaked):
    assert "leak" in flags(client)
    page = read(client, f"{PATH}/final/items/{leaked}")
    assert "became easy and fast" in page and "at most 75% of what it was" in page
    assert "At least 10 percentage points" in read(client, f"{PATH}/final")
    after = alarm(client, teacher, 303, faster="45")
    assert "job=" in after and after.endswith("#alarm")
    jobs.run_all()
    assert "leak" not in flags(client), "half the time is not fast enough by now"
    page = read(client, f"{PATH}/final")
    assert "at most 45% of what it was" in page and "set for this quiz" in page
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.act == "analysis.alarm"))
    assert entry.details["before"]["faster"] == 75 and entry.details["after"]["faster"] == 45
    alarm(client, teacher, 303, act="default", faster="not read")
    jobs.run_all()
    assert "leak" in flags(client) and db.session.scalar(select(func.count()).select_from(QuizAlarm)) == 0


@pytest.mark.parametrize(
    ("field", "value"), [("least", "19"), ("rise", "0"), ("faster", "96"), ("one_in", "x"), ("days", ""), ("days", "-3")]
)
def test_a_number_out_of_its_bounds_is_refused_by_name_and_kept(client, teacher, suspicious, field, value):
    page = alarm(client, teacher, 422, **{field: value})
    assert f'href="#f-{field}"' in page and "Give a whole number from" in page and f'value="{value}"' in page
    assert db.session.scalar(select(func.count()).select_from(QuizAlarm)) == 0


def test_who_does_not_teach_it_sets_no_alarm(client, sat, suspicious):
    token = sign_in(client, create_actor(Role.INSTRUCTOR))
    assert client.post(f"{PATH}/final/alarm", data={"csrf_token": token}).status_code in (403, 404)


# --- JSON -----------------------------------------------------------------------------------------


def test_json_gives_what_the_pages_show(client, teacher, sat, suspicious):
    (quiz,) = client.get(f"/api/v1{PATH}").get_json()["items"]
    assert (quiz["slug"], quiz["attempts"]) == ("final", 300) and 0 < quiz["reliability"] < 1
    found = client.get(f"/api/v1{PATH}/final?sort=-facility").get_json()
    assert found["figures"]["error"] > 0 and sum(found["figures"]["bars"]) == 300 and found["alarm"]["least"] == 30
    shares = [item["figures"]["facility"] for item in found["items"]]
    assert shares == sorted(shares, reverse=True) and len(shares) == 8
    wrong = next(item for item in found["items"] if item["key"] == "mot-1")
    key = next(flag for flag in wrong["flags"] if flag["code"] == "key")
    assert key["urgent"] and key["choice"] == "b" and "strong learners choose “WRONG 1”" in key["what"]
    assert {one["text"] for one in wrong["figures"]["choices"]} >= {"RIGHT 1", "WRONG 1"}
    item = client.get(f"/api/v1{PATH}/final/items/{wrong['item']}").get_json()
    assert item["figures"] == wrong["figures"] and item["history"][0]["answers"] == 300
    assert item["reliability"] == found["figures"]["reliability"]
    assert client.get(f"/api/v1{PATH}/final?sort=mood").status_code == 422
    assert client.get(f"/api/v1{PATH}/none").status_code == client.get(f"/api/v1{PATH}/final/items/9999").status_code == 404


def test_json_tells_nothing_of_few(client, teacher, sat, versions):
    sit(sat.quiz_id, able_choices(versions, 4))
    analyse_quiz(sat.quiz_id)
    found = client.get(f"/api/v1{PATH}/final").get_json()
    assert found["figures"] is None and found["items"] == [] and found["flags"] == []
    assert client.get(f"/api/v1{PATH}").get_json()["items"][0]["mean"] is None
    item = find_item(sat.course_id, "mot-1").item_id
    shown = client.get(f"/api/v1{PATH}/final/items/{item}").get_json()
    assert shown["figures"] is None and shown["history"][0]["facility"] is None and shown["reliability"] is None


def test_json_is_for_who_teaches_it(client, sat, suspicious):
    sign_in(client, create_actor(Role.INSTRUCTOR))
    for path in ("", "/final", "/final/items/1"):
        assert client.get(f"/api/v1{PATH}{path}").status_code in (403, 404), path
