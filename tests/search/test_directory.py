"""People and classes: found by whoever may see them, by name, code and title."""

import pytest

from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.organization.models import Person
from academy.search.queries import search
from tests.factories import create_actor, create_person, create_unit


@pytest.fixture
def ward(app, fresh_index):
    city = create_unit()
    ward, other = (
        create_unit("Phường A", kind="ward", parent=city),
        create_unit("Phường B", kind="ward", parent=city),
    )
    for name, code, unit in (
        ("Trần Thị Ánh", "CB-017", ward),
        ("Lê Văn Ánh", "CB-018", ward),
        ("Ánh Nguyệt Phạm", "CB-019", other),
    ):
        create_person(name, unit=unit, external_key=code)
    return city, ward, other


def names(actor, text):
    return [person.full_name for person in search(actor, text).directory.people]


def test_people_are_found_without_accents_in_the_order_of_names(ward):
    city, ours, _theirs = ward
    officer, chief = (
        create_actor(Role.TRAINING_OFFICER, unit=ours),
        create_actor(Role.ADMINISTRATOR, unit=city),
    )
    assert names(officer, "anh") == ["Lê Văn Ánh", "Trần Thị Ánh"]
    assert names(chief, "ÁNH") == ["Lê Văn Ánh", "Trần Thị Ánh", "Ánh Nguyệt Phạm"]
    assert names(chief, "ánh phạm") == names(chief, "CB-019") == ["Ánh Nguyệt Phạm"]
    assert names(officer, "CB-019") == []


def test_people_are_no_results_of_those_who_administer_nobody(ward, count_queries):
    _city, ours, _theirs = ward
    for actor in (
        Actor.anonymous(),
        create_actor(Role.LEARNER, unit=ours),
        create_actor(Role.INSTRUCTOR, unit=ours),
    ):
        assert not search(actor, "anh").directory
        with count_queries() as queries:
            search(actor, "anh")
        assert not any("person" in statement for statement in queries.statements)


def test_who_moves_is_seen_from_the_new_unit_at_once(ward, session):
    _city, ours, theirs = ward
    before, after = (
        create_actor(Role.TRAINING_OFFICER, unit=ours),
        create_actor(Role.TRAINING_OFFICER, unit=theirs),
    )
    assert (names(before, "thị ánh"), names(after, "thị ánh")) == (["Trần Thị Ánh"], [])
    session.query(Person).filter_by(external_key="CB-017").update({"unit_id": theirs.id})
    assert (names(before, "thị ánh"), names(after, "thị ánh")) == ([], ["Trần Thị Ánh"])


@pytest.mark.parametrize("text", ["a", "anh lang:vi", "anh OR binh", "anh -thi", "title:anh", ""])
def test_what_asks_for_lessons_asks_for_nobody(ward, text):
    assert not search(create_actor(Role.ADMINISTRATOR, unit=ward[0]), text).directory


def test_people_and_their_list_cost_one_query(ward, count_queries):
    chief = create_actor(Role.ADMINISTRATOR, unit=ward[0])
    with count_queries() as queries:
        search(chief, "anh")
    about_people = [statement for statement in queries.statements if "FROM person" in statement]
    about_classes = [statement for statement in queries.statements if "FROM class_run" in statement]
    assert (len(about_people), len(about_classes)) == (1, 1)
