"""The demo's city: units, people with accounts, roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from academy.demo.names import draw_name
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.organization.identity import actor_of_account
from academy.organization.models import Person, Unit
from academy.organization.services import grant_role, hanoi_units, seed_people, seed_units

PASSWORD = "academy-demo"
OFFICE_KINDS = (
    "Đảng ủy",
    "Hội đồng nhân dân",
    "Ủy ban nhân dân",
    "Ủy ban Mặt trận Tổ quốc",
    "Trung tâm phục vụ hành chính công",
)
POSITIONS = (
    "Công chức văn phòng – thống kê",
    "Công chức địa chính – xây dựng – đô thị và môi trường",
    "Công chức tài chính – kế toán",
    "Công chức tư pháp – hộ tịch",
    "Công chức văn hóa – xã hội",
    "Công chức bộ phận một cửa",
    "Phó Chủ tịch Ủy ban nhân dân",
    "Trưởng phòng Kinh tế, Hạ tầng và Đô thị",
)
STAFF = {
    "admin": ("Vũ Thị Bích Ngọc", (Role.ADMINISTRATOR,)),
    "registrar": ("Lê Thị Thu Hà", (Role.REGISTRAR,)),
    "approver": ("Hoàng Đức Thắng", (Role.APPROVER,)),
    "instructor": ("Đỗ Minh Châu", (Role.INSTRUCTOR,)),
    "inspector": ("Phan Quang Huy", (Role.INSPECTOR,)),
}
STARTED = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class City:
    """What later steps need of the city: actors by user name, person ids of the learners in order."""

    actors: dict[str, Actor]
    learners: Sequence[int]
    root_id: int


def build_city(random: Random, learners: int) -> City:
    """126 wards and communes with their bodies, the staff accounts, and learners spread over the wards."""
    system = Actor.system()
    rows = hanoi_units()
    seed_units(system, [*rows, *_bodies(rows)])
    units = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    root = units["HN"]
    wards = [units[row["code"]] for row in rows if row["kind"] != "city"]
    staff = [
        {"full_name": name, "username": username, "unit_id": root.id, "starts_on": STARTED, "kind": "civil_servant"}
        for username, (name, _roles) in STAFF.items()
    ]
    officer = {
        "full_name": "Trịnh Văn Khánh",
        "username": "officer",
        "unit_id": wards[0].id,
        "starts_on": STARTED,
        "position": "Cán bộ quản lý đào tạo",
    }
    people = [*staff, officer, *(_learner(random, number, wards) for number in range(1, learners + 1))]
    ids = seed_people(system, people, password=PASSWORD)
    by_name = {row["username"]: person_id for row, person_id in zip(people, ids, strict=True)}
    for username, (_name, roles) in STAFF.items():
        for role in roles:
            grant_role(system, by_name[username], role, root.id, starts_on=STARTED)
    grant_role(system, by_name["officer"], Role.TRAINING_OFFICER, wards[0].id, starts_on=STARTED)
    named = [*STAFF, "officer"]
    return City(_actors({name: by_name[name] for name in named}), ids[len(named) :], root.id)


def actors_of(person_ids: Sequence[int]) -> dict[int, Actor]:
    """People as actors, by person id."""
    accounts = db.session.execute(select(Person.id, Person.account_id).where(Person.id.in_(person_ids)))
    return {person_id: actor_of_account(account_id) for person_id, account_id in accounts}


def _actors(people: dict[str, int]) -> dict[str, Actor]:
    found = actors_of(list(people.values()))
    return {username: found[person_id] for username, person_id in people.items()}


def _bodies(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The five bodies of each ward and commune."""
    return [
        {
            "code": f"{row['code']}-{number}",
            "kind": "body",
            "name": f"{name} {row['name'][0].lower()}{row['name'][1:]}",
            "parent": row["code"],
            "valid_from": STARTED,
        }
        for row in rows
        if row["kind"] != "city"
        for number, name in enumerate(OFFICE_KINDS, 1)
    ]


def _learner(random: Random, number: int, wards: Sequence[Unit]) -> dict[str, Any]:
    """The first twelve work in the officer's ward, the others all over the city."""
    sex = random.choice("fm")
    ward = wards[0] if number <= 12 else random.choice(wards)
    return {
        "full_name": "Nguyễn Thị Lan Hương" if number == 1 else draw_name(random, sex),
        "username": f"learner{number}",
        "external_key": f"CB{number:05}",
        "sex": "f" if number == 1 else sex,
        "birth_date": date(1968, 1, 1) + timedelta(days=random.randrange(33 * 365)),
        "unit_id": ward.id,
        "starts_on": STARTED + timedelta(days=random.randrange(200)),
        "position": random.choice(POSITIONS),
        "kind": random.choice(("cadre", "civil_servant", "civil_servant", "public_employee")),
    }
