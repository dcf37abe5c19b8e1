"""Entries put into place: gaps, categories, pictures."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from marshmallow import ValidationError

from academy.kernel.errors import Invalid
from academy.questions.types.placing import Placing
from tests.questions.specs import PLACING, PLACING_CATEGORIES, PLACING_PICTURE, both

KIND = Placing()
pytestmark = pytest.mark.usefixtures("app")


def load(given: dict = PLACING, **changes) -> dict:
    return KIND.spec_schema().load(copy.deepcopy(given) | changes)


def entries(spec: dict) -> dict[str, str]:
    return {one["text"]: one["id"] for one in KIND.present(spec, 1, "vi")["entries"]}


def score(spec: dict, answer: dict) -> Decimal:
    return KIND.grade(spec, KIND.check_answer(spec, answer), 1).score


def test_each_gap_earns_its_share():
    spec = load()
    ids = entries(spec)
    right = {"1": ids["Quốc hội"], "2": ids["Chính phủ"]}
    assert score(spec, right) == 1
    assert score(spec, {"1": ids["Quốc hội"], "2": ids["Ủy ban"]}) == Decimal("0.5")
    assert score(load(credit="all_or_nothing"), {"1": ids["Quốc hội"]}) == 0


def test_an_entry_used_twice_is_right_in_neither_place_unless_it_may_be():
    places = [{"id": "1", "accept": ["x"]}, {"id": "2", "accept": ["x", "y"]}]
    once, often = load(places=places), load(places=places, reuse=True)
    twice = dict.fromkeys(("1", "2"), entries(once)["Quốc hội"])
    assert (score(once, twice), score(often, twice)) == (0, 1)


def test_categories_take_back_what_belongs_nowhere_but_nothing_earns_nothing():
    spec = load(PLACING_CATEGORIES)
    ids = entries(spec)
    boxes = {one["text"]: one["id"] for one in KIND.present(spec, 1, "vi")["places"]}
    right = {ids["Luật"]: boxes["Quốc hội"], ids["Nghị định"]: boxes["Chính phủ"]}
    assert score(spec, right) == 1
    assert score(spec, right | {ids["Giấy mời"]: boxes["Quốc hội"]}) == Decimal("0.5")
    assert (
        score(load(PLACING_CATEGORIES, credit="all_or_nothing"), right | {ids["Giấy mời"]: boxes["Quốc hội"]})
        == 0
    )
    assert score(spec, {}) == 0


def test_places_of_a_picture_are_numbered_whatever_the_author_calls_them():
    places = [
        place | {"id": name}
        for place, name in zip(PLACING_PICTURE["places"], ("quoc-hoi", "chinh-phu"), strict=True)
    ]
    spec = load(PLACING_PICTURE, places=places)
    assert KIND.present(spec, 1, "vi") == KIND.present(load(PLACING_PICTURE), 1, "vi")
    ids = entries(spec)
    assert score(spec, {"1": ids["Quốc hội"], "2": ids["Chính phủ"]}) == 1


def test_answers_for_other_places_are_refused():
    spec = load()
    ids = entries(spec)
    for wrong in ({"3": ids["Quốc hội"]}, {"1": "x"}, {"1": None}, ["1"], {"1": [ids["Quốc hội"]]}):
        with pytest.raises(Invalid):
            KIND.check_answer(spec, wrong)


@pytest.mark.parametrize(
    ("given", "changes", "said"),
    [
        (PLACING, {"passage": {"vi": "{1} và {1}", "en": "{1} {2}"}}, "exactly once"),
        (PLACING, {"passage": None}, "with its gaps"),
        (
            PLACING,
            {"places": [{"id": "1", "accept": ["x"]}, {"id": "2", "accept": ["x"]}]},
            "not enough right entries",
        ),
        (PLACING, {"places": [{"id": "1", "accept": ["q"]}, {"id": "2", "accept": ["x"]}]}, "Name entries"),
        (PLACING_CATEGORIES, {"reuse": True}, "stands once"),
        (
            PLACING_CATEGORIES,
            {"places": [p | {"accept": ["x"]} for p in PLACING_CATEGORIES["places"]]},
            "two categories",
        ),
        (PLACING_CATEGORIES, {"places": [{"id": "1", "accept": ["x"]}]}, "Name the category"),
        (PLACING_PICTURE, {"picture": None}, "Choose the picture"),
        (PLACING_PICTURE, {"places": [{"id": "1", "accept": ["x"]}]}, "numbers of the shape"),
        (
            PLACING_PICTURE,
            {"places": [{"id": "1", "coords": [790, 0, 20, 20], "accept": ["x"]}]},
            "out of the picture",
        ),
        (
            PLACING,
            {"entries": [*PLACING["entries"][:2], {"id": "z", "text": both("Quốc hội")}]},
            "read the same",
        ),
    ],
)
def test_specs_that_cannot_be_asked_are_refused(given, changes, said):
    with pytest.raises(ValidationError) as refusal:
        load(given, **changes)
    assert said in str(refusal.value.messages)


def test_on_paper_entries_stand_in_a_bank_and_gaps_are_numbered():
    sheet = KIND.print(load(), 1, "vi")
    assert "(1) ____ ban hành luật" in sheet.text and len(sheet.bank) == 3
    assert sheet.key == ("1: Quốc hội", "2: Chính phủ")
    table = KIND.print(load(PLACING_CATEGORIES), 1, "vi")
    assert table.columns == ("Quốc hội", "Chính phủ") and len(table.rows) == 3
    assert "Giấy mời: –" in table.key
    assert KIND.print(load(PLACING_PICTURE), 1, "vi").rows == ("1", "2")
