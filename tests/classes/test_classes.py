"""Setting up classes, keeping rosters, and who may see them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.classes.errors import ClassClosed, ClassNotFound
from academy.classes.queries import get_class, list_classes, roster
from academy.classes.roster_lines import MOST_LINES, read_lines
from academy.classes.services import (
    add_members,
    add_members_by_lines,
    close_class,
    create_class,
    open_class,
    remove_member,
    update_class,
)
from academy.enrollment.queries import enrollment_of
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.errors import Conflict, Forbidden, Invalid
from tests.certificates.conftest import make_academy, make_course
from tests.factories import create_actor, create_person, create_unit, sign_in


@pytest.fixture
def academy(app):
    return make_academy()


@pytest.fixture
def ward(academy):
    return create_unit("Phường Hoàn Kiếm", kind="ward", parent=academy.city)


def names(run) -> list[str]:
    return [row.full_name for row in roster(run.id)]


# --- setting up -----------------------------------------------------------------------------------


def test_code_and_course_are_enough(academy):
    run = create_class(academy.admin, code=" k53b ", course=academy.course, owner_unit_id=academy.city.id)
    assert (run.code, run.title, run.mode, run.state, run.members) == (
        "K53B",
        "Đọc và áp dụng văn kiện",
        "online",
        "open",
        0,
    )
    assert get_class(academy.admin, "k53b") == run


def test_a_class_that_opens_later_is_planned(academy):
    with clock.frozen("2026-11-02T16:59:00Z"):  # still the second of November in Hanoi
        run = create_class(
            academy.admin,
            code="P1",
            course=academy.course,
            owner_unit_id=academy.city.id,
            opens_on=date(2026, 11, 3),
        )
        assert run.state == "planned"
    with clock.frozen("2026-11-02T17:00:00Z"):
        run = create_class(
            academy.admin,
            code="P2",
            course=academy.course,
            owner_unit_id=academy.city.id,
            opens_on=date(2026, 11, 3),
        )
        assert run.state == "open"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "K52A"}, "code"),
        ({"code": "k52a"}, "code"),
        ({"code": ""}, "code"),
        ({"code": "K 5/2"}, "code"),
        ({"code": "K" * 41}, "code"),
        ({"mode": "radio"}, "mode"),
        ({"opens_on": date(2026, 11, 3), "closes_on": date(2026, 11, 2)}, "closes_on"),
        ({"title": " "}, "title"),
        ({"place": "x" * 201}, "place"),
        ({"supervisor_id": 2**40}, "supervisor_id"),
        ({"instructor_ids": [2**40]}, "instructor_ids"),
    ],
)
def test_what_is_wrong_is_named(academy, fields, field):
    with pytest.raises(Invalid) as refused:
        create_class(
            academy.admin,
            **({"code": "N1", "course": academy.course, "owner_unit_id": academy.city.id} | fields),
        )
    assert field in refused.value.errors


def test_an_officer_sets_up_classes_in_the_own_ward_only(academy, ward):
    officer = create_actor(Role.TRAINING_OFFICER, unit=ward)
    assert (
        create_class(officer, code="W1", course=academy.course, owner_unit_id=ward.id).owner_unit_name
        == ward.name
    )
    with pytest.raises(Forbidden):
        create_class(officer, code="W2", course=academy.course, owner_unit_id=academy.city.id)


def test_changing_keeps_what_is_not_named(academy):
    run = update_class(academy.admin, "K52A", place="Hội trường 2")
    assert (run.place, run.decision_no, run.signer_name) == ("Hội trường 2", "123/QĐ-HVS", "Trần Quốc Việt")
    with pytest.raises(Invalid) as refused:
        update_class(academy.admin, "K52A", closes_on=date(2026, 11, 1))
    assert "closes_on" in refused.value.errors


# --- the roster -----------------------------------------------------------------------------------


def test_members_are_enrolled_and_sorted_as_vietnamese_names_are(academy):
    for name in ("Trần Văn Bình", "Nguyễn Thị Ánh", "Lê Văn Đức", "Đỗ An", "Phạm Văn Dũng", "Nguyễn Ân"):
        academy.member(name)
    run = get_class(academy.admin, "K52A")
    assert names(run) == [
        "Đỗ An", "Nguyễn Thị Ánh", "Nguyễn Ân", "Trần Văn Bình", "Phạm Văn Dũng", "Lê Văn Đức",
    ]  # fmt: skip
    assert run.members == 6
    enrollment = enrollment_of(academy.people[0].id, academy.course_id)
    assert (enrollment.state, enrollment.source) == ("active", "class")


def test_adding_twice_changes_nothing(academy):
    person = academy.member("Nguyễn Văn An")
    assert add_members(academy.admin, "K52A", [person.id, person.id]) == 0
    assert len(names(get_class(academy.admin, "K52A"))) == 1


def test_somebody_who_studies_already_keeps_the_run(academy):
    from academy.enrollment.services import enroll

    learner = create_actor(unit=academy.city)
    own = enroll(learner, academy.course)
    add_members(academy.admin, "K52A", [learner.person_id])
    assert roster(get_class(academy.admin, "K52A").id)[0].enrollment_id == own.id


def test_nobody_is_in_two_open_classes_of_a_course(academy):
    person = academy.member("Nguyễn Văn An")
    create_class(academy.admin, code="K52B", course=academy.course, owner_unit_id=academy.city.id)
    with pytest.raises(Invalid) as refused:
        add_members(academy.admin, "K52B", [person.id])
    assert "K52A" in str(refused.value.errors[str(person.id)][0])
    close_class(academy.admin, "K52A")
    assert add_members(academy.admin, "K52B", [person.id]) == 1


def test_a_closed_class_does_not_open_while_its_members_are_in_another(academy):
    person = academy.member("Nguyễn Văn An")
    close_class(academy.admin, "K52A")
    create_class(academy.admin, code="K52B", course=academy.course, owner_unit_id=academy.city.id)
    add_members(academy.admin, "K52B", [person.id])
    with pytest.raises(Conflict) as refused:
        open_class(academy.admin, "K52A")
    assert "K52B" in str(refused.value.message) and refused.value.next_step
    remove_member(academy.admin, "K52B", person.id, reason="Về lớp cũ")
    assert open_class(academy.admin, "K52A").state == "open"


@pytest.mark.parametrize("person_ids", [[2**63], [-1], [0], [10**30], list(range(1, 1002))])
def test_people_that_cannot_be_are_refused_not_looked_up(academy, person_ids):
    with pytest.raises(Invalid):
        add_members(academy.admin, "K52A", person_ids)


def test_a_removed_member_may_come_back(academy, session):
    person = academy.member("Nguyễn Văn An")
    with pytest.raises(Invalid):
        remove_member(academy.admin, "K52A", person.id, reason="  ")
    remove_member(academy.admin, "K52A", person.id, reason="Chuyển công tác")
    remove_member(academy.admin, "K52A", person.id, reason="Chuyển công tác")
    run = get_class(academy.admin, "K52A")
    assert (names(run), run.members) == ([], 0)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "class.remove_member")).all()
    assert [(entry.person_id, entry.details["reason"]) for entry in entries] == [
        (person.id, "Chuyển công tác")
    ]
    assert add_members(academy.admin, "K52A", [person.id]) == 1


def test_a_closed_class_stands(academy):
    person = academy.member("Nguyễn Văn An")
    close_class(academy.admin, "K52A")
    close_class(academy.admin, "K52A")
    for change in (
        lambda: add_members(academy.admin, "K52A", [create_person(unit=academy.city).id]),
        lambda: remove_member(academy.admin, "K52A", person.id, reason="x"),
        lambda: update_class(academy.admin, "K52A", place="x"),
    ):
        with pytest.raises(ClassClosed):
            change()
    assert update_class(academy.admin, "K52A", signer_name="Lê Văn B").signer_name == "Lê Văn B"
    open_class(academy.admin, "K52A")
    assert update_class(academy.admin, "K52A", place="x").place == "x"


def test_an_obstacle_of_the_course_is_told_per_person(academy):
    from academy.catalog.services import CourseDescription, publish_course

    other = make_course("nang-cao")
    title = {"vi": "Nâng cao"}
    publish_course(
        academy.admin,
        other,
        description=CourseDescription(
            title=title, summary=title, languages=["vi"], prerequisites=[academy.course]
        ),
    )
    create_class(academy.admin, code="N1", course="nang-cao", owner_unit_id=academy.city.id)
    ready, not_ready = academy.graduate("Nguyễn Văn An"), create_person("Lê Chậm", unit=academy.city)
    with pytest.raises(Invalid) as refused:
        add_members(academy.admin, "N1", [ready.id, not_ready.id])
    assert list(refused.value.errors) == [str(not_ready.id)]
    assert names(get_class(academy.admin, "N1")) == []
    assert enrollment_of(ready.id, other) is None


# --- pasted lists ---------------------------------------------------------------------------------


def test_a_pasted_list_is_all_or_nobody_with_a_reason_a_line(academy):
    first = create_person("Nguyễn Văn An", unit=academy.city, username="an.nguyen")
    create_person("Lê Bình", unit=academy.city, username="binh.le", external_key="CB-001")
    text = "an.nguyen\tNguyễn Văn An\n\nkhông-có\nCB-001; Lê Bình\nAN.NGUYEN\n"
    with pytest.raises(Invalid) as refused:
        add_members_by_lines(academy.admin, "K52A", text)
    assert list(refused.value.errors) == ["3", "5"]
    assert names(get_class(academy.admin, "K52A")) == []
    assert enrollment_of(first.id, academy.course_id) is None
    assert add_members_by_lines(academy.admin, "K52A", "an.nguyen\r\ncb-001\r\n") == 2


def test_an_empty_list_is_refused(academy):
    with pytest.raises(Invalid):
        add_members_by_lines(academy.admin, "K52A", " \n\n")


def test_a_list_has_an_end(academy):
    lines = read_lines(academy.admin, "\n".join(f"x{number}" for number in range(MOST_LINES + 50)))
    assert len(lines) == MOST_LINES + 1


def test_an_officer_does_not_reach_people_of_other_wards(academy, ward):
    officer = create_actor(Role.TRAINING_OFFICER, unit=ward)
    create_class(officer, code="W1", course=academy.course, owner_unit_id=ward.id)
    stranger = create_person("Người Lạ", unit=academy.city, username="nguoi.la")
    with pytest.raises(Invalid) as refused:
        add_members(officer, "W1", [stranger.id])
    assert list(refused.value.errors) == [str(stranger.id)]
    with pytest.raises(Invalid) as refused:
        add_members_by_lines(officer, "W1", "nguoi.la")
    assert list(refused.value.errors) == ["1"]


def test_the_list_is_read_in_two_queries(academy, count_queries):
    for number in range(12):
        create_person(f"Người {number}", unit=academy.city, username=f"p{number}")
    with count_queries() as queries:
        lines = read_lines(academy.admin, "\n".join(f"p{number}" for number in range(12)))
    assert all(line.person_id for line in lines)
    assert len(queries) == 1


# --- seeing ---------------------------------------------------------------------------------------


def test_a_class_is_seen_by_those_who_answer_for_it(academy, ward):
    instructor = create_actor(Role.INSTRUCTOR, unit=ward)
    officer = create_actor(Role.TRAINING_OFFICER, unit=ward)
    learner = create_actor(unit=academy.city)
    update_class(academy.admin, "K52A", instructor_ids=[instructor.person_id])
    for actor in (academy.admin, academy.registrar, academy.approver, academy.inspector, instructor):
        assert get_class(actor, "K52A").code == "K52A"
        assert [row.code for row in list_classes(actor).items] == ["K52A"]
    for actor in (officer, learner):
        with pytest.raises(ClassNotFound):
            get_class(actor, "K52A")
        assert list_classes(actor).items == []


def test_the_list_is_found_by_words_without_accents_and_paged(academy, count_queries):
    for number in range(5):
        create_class(
            academy.admin,
            code=f"M{number}",
            course=academy.course,
            owner_unit_id=academy.city.id,
            title="Đô thị số",
        )
    assert [row.code for row in list_classes(academy.admin, q="do thi").items] == [
        "M4",
        "M3",
        "M2",
        "M1",
        "M0",
    ]
    with count_queries() as queries:
        first = list_classes(academy.admin, limit=2)
    assert len(queries) == 1
    second = list_classes(academy.admin, limit=2, cursor=first.next_cursor)
    assert [row.code for row in (*first.items, *second.items)] == ["M4", "M3", "M2", "M1"]


# --- pages ----------------------------------------------------------------------------------------


def test_setting_up_a_class_on_the_pages(academy, client):
    token = sign_in(client, academy.admin)
    create_person("Lê Bình", unit=academy.city, username="binh.le")
    form = {"csrf_token": token, "code": "K60", "course": academy.course, "owner_unit_id": academy.city.id}
    refused = client.post("/admin/classes", data=form | {"instructors": "ai-đó", "opens_on": "2026-13-01"})
    assert refused.status_code == 422
    made = client.post("/admin/classes", data=form | {"instructors": "binh.le", "opens_on": ""})
    assert (made.status_code, made.location) == (303, "/admin/classes/K60/members")
    run = get_class(academy.admin, "K60")
    assert run.instructor_names == ("Lê Bình",)
    added = client.post("/admin/classes/K60/members", data={"csrf_token": token, "keys": "binh.le\nlạ"})
    assert added.status_code == 422
    assert "binh.le\nlạ" in added.get_data(as_text=True)
    added = client.post("/admin/classes/K60/members", data={"csrf_token": token, "keys": "binh.le"})
    assert (added.status_code, added.location) == (303, "/classes/K60")
    edited = client.post(
        "/admin/classes/K60/edit",
        data={
            "csrf_token": token,
            "title": "Lớp mới",
            "mode": "blended",
            "instructors": "",
            "supervisor": "binh.le",
        },
    )
    assert edited.status_code == 303
    run = get_class(academy.admin, "K60")
    assert (run.title, run.mode, run.instructor_names, run.supervisor_name) == (
        "Lớp mới",
        "blended",
        (),
        "Lê Bình",
    )
    assert client.get(f"/admin/classes/K60/members/{2**40}/removal").status_code == 404
    for unit in ("9" * 30, "0", ""):
        answer = client.post("/admin/classes", data=form | {"code": "K61", "owner_unit_id": unit})
        assert answer.status_code == 422 and 'value="K61"' in answer.get_data(as_text=True)
    for page in (
        "/admin/classes",
        "/admin/classes/new",
        "/admin/classes/K60/edit",
        "/admin/classes/K60/members?q=binh",
    ):
        assert client.get(page).status_code == 200, page


def test_other_peoples_classes_are_not_found_on_the_pages(academy, client, ward):
    officer = create_actor(Role.TRAINING_OFFICER, unit=ward)
    token = sign_in(client, officer)
    for page in ("/classes/K52A", "/admin/classes/K52A/edit", "/admin/classes/K52A/members"):
        assert client.get(page).status_code == 404, page
    for page in ("edit", "members", "closing", "opening", "members/1/removal"):
        assert client.post(f"/admin/classes/K52A/{page}", data={"csrf_token": token}).status_code == 404, page
    assert get_class(academy.admin, "K52A").state == "open"


def test_the_api_shows_classes(academy, client):
    sign_in(client, academy.admin)
    assert [row["code"] for row in client.get("/api/v1/classes").get_json()["items"]] == ["K52A"]
    shown = client.get("/api/v1/classes/k52a").get_json()
    assert (shown["course"], shown["decision_date"]) == (academy.course, "2026-11-01")
    assert client.get("/api/v1/classes/NONE").status_code == 404
