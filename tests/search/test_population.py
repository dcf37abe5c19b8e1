"""A city of people with roles, units and enrollments, and its courses: every page and every answer in JSON holds
exactly what the policies let each of them see."""

import random
import re
from html import unescape
from typing import NamedTuple

import pytest
from sqlalchemy import select

from academy.catalog import queries as catalog
from academy.catalog.policies import can_see_course
from academy.catalog.services import (
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
    set_instructors,
    set_visibility,
    withdraw_course,
)
from academy.enrollment.services import enroll
from academy.kernel import jobs
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.text import fold, name_sort_key
from academy.organization.identity import actor_of_account
from academy.organization.models import Person, Unit
from academy.organization.policies import PEOPLE_READ, PersonPlace, can_see_person
from academy.search.engine import engine
from tests.factories import create_person, create_unit, grant, sign_in

LESSON = """---
title: Bài {number} về {secret}
---
## Nội dung {{#noi-dung}}

Điều lệ chung của khóa này là {secret}, không nơi nào khác.
"""
SYLLABLES = "bam dul gok hep kif lun mop nar pid ruv sez tob vag".split()
ROLES = (
    Role.LEARNER,
    Role.LEARNER,
    Role.INSTRUCTOR,
    Role.TRAINING_OFFICER,
    Role.ADMINISTRATOR,
    Role.INSPECTOR,
)
_HREF = re.compile(r'class="rows-title" href="/courses/([a-z0-9-]+)')
_NEXT = re.compile(r'href="(/search\?[^"]*cursor=[^"]*)"')


class Somebody(NamedTuple):
    person_id: int
    account_id: int


class City:
    """Units in three levels, courses of all states and audiences, people of all roles."""

    def __init__(self, session, seed: int):
        self.session, self.chance = session, random.Random(seed)
        city = create_unit()
        wards = [create_unit(f"Phường {name}", kind="ward", parent=city) for name in "ABC"]
        offices = [create_unit(f"Phòng {at}", kind="office", parent=ward) for ward in wards for at in (1, 2)]
        units = [city, *wards, *offices]
        self.paths = [unit.path for unit in units]
        self.unit_ids = [unit.id for unit in units]
        self.chief = self._person(Role.ADMINISTRATOR, city)
        people = [self._person(self.chance.choice(ROLES), self.chance.choice(units)) for _ in range(20)]
        self.people = [self.chief, *people]
        self.courses = [self._course(number) for number in range(18)]
        self._enroll()

    def _person(self, role, unit) -> Somebody:
        person = create_person(f"Người {self.chance.randrange(10**6)}", unit=unit)
        grant(person, role, unit)
        return Somebody(person.id, person.account_id)

    def move(self) -> None:
        """Everybody but the chief works somewhere else from now on."""
        for somebody in self.people[1:]:
            self.session.get(Person, somebody.person_id).unit_id = self.chance.choice(self.unit_ids)
        self.session.flush()

    def actor(self, person: Somebody | None) -> Actor:
        return Actor.anonymous() if person is None else actor_of_account(person.account_id)

    def _course(self, number: int) -> tuple[int, str, str]:
        """Id, slug, and a word that stands nowhere else."""
        chief, chance = self.actor(self.chief), self.chance
        # the first syllable and the last two are no other course's, so that one slip never means another
        secret = (
            SYLLABLES[number % 13]
            + chance.choice(SYLLABLES)
            + SYLLABLES[number * 5 % 13]
            + "qx"[number // 13]
        )
        course = create_course(chief, title=f"Khóa {secret}", owner_unit_path=chance.choice(self.paths))
        if chance.random() < 0.6:
            set_visibility(chief, course.id, "restricted")
        for lesson in (1, 2):
            text = LESSON.format(number=lesson, secret=secret)
            publish_lesson_version(chief, course.id, f"0{lesson}-bai", {"vi": text})
        teachers = [person.account_id for person in chance.sample(self.people, chance.choice((0, 1, 2)))]
        state = chance.choice(("published",) * 5 + ("draft", "withdrawn"))
        if state != "draft":
            publish_course(chief, course.id, outline=[OutlinePlan(lesson=f"0{n}-bai") for n in (1, 2)])
        set_instructors(chief, course.id, teachers or [chief.account_id])
        if state == "withdrawn":
            withdraw_course(chief, course.id)
        return course.id, course.slug, secret

    def _enroll(self) -> None:
        """Whoever may enroll does in some courses, some of which close to him afterwards."""
        chief = self.actor(self.chief)
        for person in self.people[1:]:
            for _id, slug, _secret in self.chance.sample(self.courses, 3):
                if slug in self.open_to(person):
                    enroll(self.actor(person), slug)
        for course_id, slug, _secret in self.chance.sample(self.courses, 3):
            if slug in self.open_to(self.chief):
                set_visibility(chief, course_id, "restricted")

    def open_to(self, person: Somebody | None) -> set[str]:
        """Slugs of what is offered and what the policy for a single course lets one see."""
        actor = self.actor(person)
        views = [catalog.find_course_by_id(course_id) for course_id, _slug, _secret in self.courses]
        return {view.slug for view in views if view.state == "published" and can_see_course(actor, view)}


@pytest.fixture
def city(app, session, fresh_index):
    city = City(session, seed=17)
    jobs.run_all()
    engine().refresh()
    return city


def found_on_pages(client, query: str) -> tuple[set[str], int]:
    """Courses of all results, page by page, and how many results there are."""
    address, slugs, count = f"/search?q={query}", set(), 0
    while address:
        page = client.get(address).get_data(as_text=True)
        found = _HREF.findall(page)
        slugs |= set(found)
        count += len(found)
        following = _NEXT.search(page)
        address = unescape(following[1]) if following and "cursor=" in following[1] else None
    return slugs, count


def check_people(client, city, person) -> None:
    """People are those that the policy shows one by one, to those who may read people at all."""
    actor = city.actor(person)
    everybody = city.session.execute(select(Person.id, Person.full_name, Unit.path).join(Unit)).all()
    visible = [row for row in everybody if can_see_person(actor, PersonPlace(row.id, row.path))]
    for word in ("người", "nguoi 1", *(row.full_name for row in city.chance.sample(everybody, 3))):
        named = [row for row in visible if all(_begins(row.full_name, part) for part in fold(word).split())]
        if not actor.may(PEOPLE_READ):
            named = []
        named = sorted(named, key=lambda row: (name_sort_key(row.full_name), row.id))
        answer = client.get(f"/api/v1/search?q={word}").get_json()
        assert [found["url"] for found in answer["people"]] == [
            f"/admin/people/{row.id}" for row in named[:5]
        ]
        page = client.get(f"/search?q={word}").get_data(as_text=True)
        assert re.findall(r'href="/admin/people/(\d+)"', page) == [str(row.id) for row in named[:5]]
        assert {item["kind"] for item in answer["items"]} <= {
            "course",
            "lesson",
        }  # the index itself knows of nobody


def _begins(name: str, part: str) -> bool:
    return any(word.startswith(part) for word in fold(name).split())


def check(client, city, person) -> int:
    """Compare all that a person is told with what the policies say; the number of courses open to the person."""
    open_to = city.open_to(person)
    answer = client.get("/api/v1/search?q=điều lệ chung&limit=50").get_json()
    assert {item["course"] for item in answer["items"]} == open_to
    assert answer["total"] == len(answer["items"]) == 2 * len(open_to)
    assert answer["facets"]["course"] == dict.fromkeys(open_to, 2)
    assert sum(answer["facets"]["lang"].values()) == answer["total"]
    assert found_on_pages(client, "điều lệ chung") == (open_to, 2 * len(open_to))
    for _id, slug, secret in city.chance.sample(city.courses, 9):
        slip = secret[:4] + "w" + secret[5:]
        allowed = slug in open_to
        exact = client.get(f"/api/v1/search?q={secret}").get_json()
        assert {item["course"] for item in exact["items"]} == ({slug} if allowed else set())
        assert exact["total"] == (3 if allowed else 0)
        assert exact["facets"]["course"] == ({slug: 3} if allowed else {})
        corrected = client.get(f"/api/v1/search?q={slip}").get_json()["suggestion"]
        assert corrected == (secret if allowed else None)
        offered = client.get(f"/api/v1/search/suggestions?q={secret[:6]}").get_json()["items"]
        assert all(item["course"] in open_to for item in offered)
        assert bool(offered) >= allowed
    typed = client.get("/api/v1/search/suggestions?q=bài&limit=20").get_json()["items"]
    assert {item["course"] for item in typed} <= open_to and len(typed) == min(20, 2 * len(open_to))
    return len(open_to)


def test_everybody_is_told_what_the_policies_say(app, city):
    seen = {}
    for person in [None, *city.people]:
        client = app.test_client()
        if person is not None:
            sign_in(client, city.actor(person))
        seen[person] = check(client, city, person)
        check_people(client, city, person)
    # the city is worth asking: some see little, some see all, most something in between
    assert len(set(seen.values())) > 4
    assert seen[None] < max(seen.values()) <= len(city.courses)


def test_what_changes_counts_at_once_however_old_the_index(app, city):
    """Nobody finds what was closed or withdrawn, or what he has left, before the indexer has run."""
    chief = city.actor(city.chief)
    for course_id, slug, _secret in city.courses[:8]:
        if slug in city.open_to(city.chief):
            set_visibility(chief, course_id, "restricted")
    for course_id, slug, _secret in city.courses[8:11]:
        if slug in city.open_to(city.chief):
            withdraw_course(chief, course_id)
    city.move()
    for person in [None, *city.people]:
        client = app.test_client()
        if person is not None:
            sign_in(client, city.actor(person))
        open_to = city.open_to(person)
        answer = client.get("/api/v1/search?q=điều lệ chung&limit=50").get_json()
        assert {item["course"] for item in answer["items"]} == open_to
        assert answer["total"] == 2 * len(open_to)
        assert set(answer["facets"]["course"]) == open_to
        assert found_on_pages(client, "điều lệ chung") == (open_to, 2 * len(open_to))
        check_people(client, city, person)
