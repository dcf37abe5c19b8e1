"""The pages and exports: who may read them, what they show, and that they cost the same for many questions."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from openpyxl import load_workbook

from academy.item_analysis.services import analyse_quiz
from academy.kernel import jobs
from academy.kernel.authorization import Role
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
