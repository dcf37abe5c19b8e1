"""Pages and API of contests, as people and programs use them."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from academy.contests import services
from academy.contests.queries import find_contest, own_entries
from academy.kernel import clock
from academy.kernel.authorization import Role
from tests.contests.conftest import BEFORE, CLOSED, OPEN, Played, make_contest
from tests.factories import create_actor, sign_in


def post(client, address: str, token: str, **form):
    return client.post(address, data={"csrf_token": token, **form})


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.fixture
def decided(played) -> Played:
    for number in range(8):
        played.play(played.person(f"Người Thứ {number}"), seconds=60 + number)
    played.close()
    played.publish()
    return played


# --- taking part -------------------------------------------------------------------------------


def test_a_round_is_entered_with_one_form_and_without_scripts(played, client):
    actor = played.person()
    token = sign_in(client, actor)
    base = f"/contests/{played.slug}/rounds/1"
    with clock.frozen(OPEN):
        page = text(client.get(base))
        assert 'name="prediction"' in page and re.search(r"Closes in 6 \w+ 15 \w+\.", page)
        refused = post(client, f"{base}/entry", token, prediction="viele")
        assert refused.status_code == 422
        assert 'value="viele"' in text(refused) and "whole number" in text(refused)
        entered = post(client, f"{base}/entry", token, prediction="1.200", lang="en")
        assert entered.status_code == 303 and "/attempts/" in entered.headers["Location"]
        page = text(client.get(base))
        assert "1.200" in page and "Prediction stored" in page
        changed = post(client, f"{base}/prediction", token, prediction="7")
        assert changed.status_code == 303
    assert own_entries(actor.person_id, played.view.id)[1].prediction == 7


def test_obstacles_are_told_with_their_rule_and_nothing_to_press(played, client):
    sign_in(client, played.person(kind="other"))
    with clock.frozen(OPEN):
        page = text(client.get(f"/contests/{played.slug}/rounds/1"))
    assert "No board of this contest" in page and 'name="prediction"' not in page


def test_a_late_start_is_refused_on_the_page(played, client):
    token = sign_in(client, played.person())
    with clock.frozen(CLOSED):
        answer = post(client, f"/contests/{played.slug}/rounds/1/entry", token, prediction="3")
    assert answer.status_code == 409 and "closed on 30/11/2025, 23:59:59" in text(answer)


def test_drafts_and_unannounced_rounds_are_not_public(draft, client):
    assert client.get(f"/contests/{draft.slug}").status_code == 404
    assert text(client.get("/contests")).count(draft.slug) == 0
    assert client.get(f"/api/v1/contests/{draft.slug}").status_code == 404
    sign_in(client, draft.organiser)
    assert client.get(f"/contests/{draft.slug}").status_code == 200


# --- what is public ----------------------------------------------------------------------------


def test_nothing_of_a_result_is_public_before_its_publication(played, client):
    played.play(played.person())
    played.close()
    for address in ("results/1", "results/1/units", "results/0", "results/7"):
        assert client.get(f"/contests/{played.slug}/{address}").status_code == 404
        assert client.get(f"/api/v1/contests/{played.slug}/{address}").status_code == 404
    assert "being checked" in text(client.get(f"/contests/{played.slug}"))


def test_public_pages_name_winners_and_nobody_else(decided, client):
    page = text(client.get(f"/contests/{decided.slug}/results/1?board=2"))
    assert "Người Thứ 0" in page and "Người Thứ 1" in page
    assert sum(f"Người Thứ {number}" in page for number in range(8)) == 3  # two by rank, one by lot


@pytest.mark.parametrize("address", ["results/1?board=2", "results/1/units"])
def test_boards_cost_five_queries_however_long_they_are(played, client, count_queries, address):
    counts = []
    for number in range(2):
        for _more in range(1 + 9 * number):
            played.play(played.person())
        if number == 0:
            played.close()
            played.publish()
        else:
            with clock.frozen(CLOSED):
                services.correct(played.organiser, played.slug, 1, reason="Bổ sung")
                services.propose(played.organiser, played.slug, 1)
                services.approve(played.approver, played.slug, 1)
                services.publish(played.organiser, played.slug, 1)
            sign_in(client, played.people[0])
        with count_queries() as queries:
            assert client.get(f"/contests/{played.slug}/{address}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == 4  # nobody is signed in
    assert counts[1] == 5


def test_a_long_board_comes_in_pages(decided, client):
    seen, address = [], f"/api/v1/contests/{decided.slug}/results/1?board=2&limit=3"
    cursor = ""
    while cursor is not None:
        answer = client.get(address + (f"&cursor={cursor}" if cursor else "")).get_json()
        seen += [line["place"] for line in answer["items"]]
        cursor = answer["next_cursor"]
    assert seen == list(range(1, 9))


def test_how_to_check_offers_data_and_program(decided, client):
    page = text(client.get(f"/contests/{decided.slug}/check"))
    assert decided.view.round(1).seed in page and decided.view.round(1).commitment in page
    assert "results/1/data" in page
    program = client.get("/contests/check_draw.py")
    assert program.status_code == 200 and "def faults" in text(program)


def test_ones_own_page_shows_place_and_lets_the_name_go(decided, client):
    winner = decided.people[0]
    token = sign_in(client, winner)
    page = text(client.get(f"/contests/{decided.slug}/me"))
    assert "1 of 8" in page and "Giải Nhất" in page
    assert post(client, f"/contests/{decided.slug}/name", token, name="withdrawn").status_code == 303
    anyone = client.application.test_client()
    assert "Người Thứ 0" not in text(anyone.get(f"/contests/{decided.slug}/results/1?board=2"))
    assert post(client, f"/contests/{decided.slug}/name", token, name="shown").status_code == 303
    assert "Người Thứ 0" in text(anyone.get(f"/contests/{decided.slug}/results/1?board=2"))


# --- organisers --------------------------------------------------------------------------------


def test_a_contest_is_run_through_pages_from_the_first_form_to_the_publication(app, client):
    with clock.frozen(BEFORE):
        made = make_contest()
        token = sign_in(client, made.organiser)
        form = {
            "title.vi": "Hội thi mới",
            "unit_id": str(made.city.id),
            "course": made.sat.course,
            "board.0.name": "Công chức",
            "board.0.kinds": ["civil_servant", "cadre"],
            "board.0.positions": "Chuyên viên, Trưởng phòng",
            "board.1.name": "",
            "prize.0.name": "Cúp",
            "prize.0.how": "draw",
            "prize.0.count": "2",
            "prize.0.minimum": "5,5",
        }
        answer = post(client, "/admin/contests", token, **form)
        assert answer.headers["Location"].endswith("/admin/contests/hoi-thi-moi"), text(answer)
        base = "/admin/contests/hoi-thi-moi"
        assert "There is no round yet" in text(client.get(base))
        wrong = {"quiz": "final", "opens_at": "2025-11-24T08:00", "closes_on": "2025-11-23"}
        answer = post(client, f"{base}/rounds", token, **wrong)
        assert answer.status_code == 422 and "closes before it opens" in text(answer)
        assert 'value="2025-11-23"' in text(answer)
        post(client, f"{base}/rounds", token, **(wrong | {"closes_on": "2025-11-30"}))
        assert post(client, f"{base}/announcement", token).status_code == 303
        assert "one attempt" in text(client.get(base))
        post(client, f"{base}/rounds/1/quiz", token)
        assert "Ready" in text(client.get(base))
        post(client, f"{base}/rounds/1/announcement", token)
    with clock.frozen(BEFORE):
        view = find_contest("hoi-thi-moi")
        assert view.round(1).commitment in text(client.get(base))
        assert view.boards[0].positions == ("Chuyên viên", "Trưởng phòng")
        assert view.prizes[0]["minimum"] == "5.5"


def test_what_was_typed_comes_back_with_what_is_wrong(draft, client):
    token = sign_in(client, draft.organiser)
    answer = post(
        client,
        "/admin/contests",
        token,
        **{
            "title.vi": " ",
            "board.0.name": "Bảng A",
            "prize.0.name": "Cúp",
            "prize.0.count": "viele",
            "best_rounds": "0",
        },
    )
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="Bảng A"' in page and 'value="viele"' in page
    for field in ("title.vi", "prize.0.count", "best_rounds"):
        assert f'href="#f-{field}"' in page and f'id="f-{field}"' in page, field


def test_the_result_page_leads_from_step_to_step(played, client):
    played.play(played.person("Nguyễn Thắng Cuộc"))
    played.close()
    token = sign_in(client, played.organiser)
    base = f"/admin/contests/{played.slug}/results/1"
    with clock.frozen(CLOSED):
        assert "Reveal the seed and draw" in text(client.get(base))
        assert post(client, f"{base}/proposal", token).status_code == 409
        assert post(client, f"{base}/draw", token).status_code == 303
        assert "Hand in for approval" in text(client.get(base))
        assert post(client, f"{base}/proposal", token).status_code == 303
        assert post(client, f"{base}/approval", token).status_code == 403
        other = client.application.test_client()
        others = sign_in(other, played.approver)
        assert "Nguyễn Thắng Cuộc" in text(other.get(base))
        assert post(other, f"{base}/return", others, reason="").status_code == 422
        assert post(other, f"{base}/approval", others).status_code == 303
        assert post(client, f"{base}/publication", token).status_code == 303
        assert post(client, f"{base}/correction", token, reason="").status_code == 422
        assert post(client, f"{base}/correction", token, reason="Sai đáp án câu 3").status_code == 303
        assert "Sai đáp án câu 3" in text(client.get(base))


def test_people_are_excluded_by_number_user_name_or_staff_code(played, client):
    token = sign_in(client, played.organiser)
    base = f"/admin/contests/{played.slug}"
    entered, named, _coded = (
        played.person("Một Số"),
        played.person("Hai Tên"),
        played.person("Ba Mã", external_key="CB7"),
    )
    played.play(entered)
    number = own_entries(entered.person_id, played.view.id)[1].public_id
    for key in (number, named.username, "CB7"):
        assert post(client, f"{base}/exclusions", token, person=key, reason="Người ra đề").status_code == 303
    page = text(client.get(base))
    assert all(name in page for name in ("Một Số", "Hai Tên", "Ba Mã"))
    refused = post(client, f"{base}/exclusions", token, person="khong-co", reason="x1")
    assert refused.status_code == 422 and 'value="khong-co"' in text(refused)


def test_the_export_has_names_and_no_formulas(played, client):
    played.play(played.person("=HYPERLINK(1)"))
    played.close()
    sign_in(client, played.organiser)
    base = f"/admin/contests/{played.slug}/results/1/export"
    sheet = load_workbook(io.BytesIO(client.get(f"{base}.xlsx").data)).active
    assert sheet["C2"].value == "=HYPERLINK(1)" and sheet["C2"].data_type == "s"
    assert "'=HYPERLINK(1)" in client.get(f"{base}.csv").data.decode("utf-8-sig")


def test_organisers_of_other_units_see_nothing(decided, client):
    token = sign_in(client, create_actor(Role.ADMINISTRATOR, Role.APPROVER))
    base = f"/admin/contests/{decided.slug}"
    assert client.get(base).status_code == 404
    assert client.get(f"{base}/results/1").status_code == 404
    assert client.get(f"{base}/results/1/export.csv").status_code == 404
    assert post(client, f"{base}/results/1/correction", token, reason="của tôi").status_code == 404
    assert decided.slug not in text(client.get("/admin/contests"))


# --- the API -----------------------------------------------------------------------------------


def test_a_program_enters_predicts_and_reads_its_place(played, client):
    actor = played.person()
    token = sign_in(client, actor)
    headers = {"X-CSRFToken": token}
    base = f"/api/v1/contests/{played.slug}"
    with clock.frozen(OPEN):
        entered = client.post(f"{base}/rounds/1/entry", json={"prediction": 4}, headers=headers)
        assert (entered.status_code, entered.get_json()["prediction"]) == (201, 4)
        attempt = entered.get_json()["attempt"]
        changed = client.put(f"{base}/rounds/1/prediction", json={"prediction": 5}, headers=headers)
        assert changed.get_json()["prediction"] == 5
    with clock.frozen(OPEN + timedelta(minutes=3)):
        client.post(f"/api/v1/attempts/{attempt}/submission", headers=headers)
        refused = client.put(f"{base}/rounds/1/prediction", json={"prediction": 6}, headers=headers)
        assert refused.status_code == 409
    played.close()
    played.publish()
    own = client.get(f"{base}/me").get_json()
    assert own["entries"][0]["state"] == "submitted"
    assert own["places"] == [
        {"round": 1, "board": "Cán bộ, công chức", "rank": 1, "of": 1, "mark": "0.0", "gap": 5, "seconds": 180,
         "prize": "Giải Nhất"},
    ]  # fmt: skip


def test_a_contest_as_json_keeps_the_seed_until_it_is_revealed(played, client):
    shown = client.get(f"/api/v1/contests/{played.slug}").get_json()
    assert shown["rounds"][0]["seed"] is None and len(shown["rounds"][0]["commitment"]) == 64
    listed = client.get("/api/v1/contests").get_json()["items"]
    assert [row["slug"] for row in listed] == [played.slug]
