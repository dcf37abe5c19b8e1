"""Places on a picture: which points lie where, what wrong ones cost, what stays secret."""

from __future__ import annotations

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import Invalid
from academy.questions.pairing import most_pairs
from academy.questions.shapes import contains
from academy.questions.types.hotspot import Hotspot
from tests.questions.specs import HOTSPOT, both

KIND = Hotspot()
IN_ONE, IN_TWO, OUTSIDE = [150, 150], [600, 340], [700, 550]
pytestmark = pytest.mark.usefixtures("app")


def load(**changes) -> dict:
    return KIND.spec_schema().load(copy.deepcopy(HOTSPOT) | changes)


def score(spec: dict, *points: list[int]) -> Decimal:
    return KIND.grade(spec, KIND.check_answer(spec, {"points": list(points)}), 1).score


@pytest.mark.parametrize(
    ("shape", "coords", "inside", "outside"),
    [
        ("rect", [10, 20, 30, 40], [(10, 20), (40, 60), (25, 40)], [(9, 20), (41, 60), (25, 61)]),
        ("circle", [50, 50, 10], [(50, 50), (60, 50), (56, 58)], [(58, 58), (61, 50), (39, 50)]),
        # concave: the notch at the right is outside
        ("polygon", [0, 0, 40, 0, 20, 20, 40, 40, 0, 40], [(0, 0), (10, 20), (20, 20), (30, 5), (40, 40), (0, 17)], [(30, 20), (41, 0), (39, 21)]),
    ],
)  # fmt: skip
def test_points_in_shapes(shape, coords, inside, outside):
    assert [point for point in inside if not contains(shape, coords, point)] == []
    assert [point for point in outside if contains(shape, coords, point)] == []


@given(
    x=st.integers(0, 60),
    y=st.integers(0, 60),
    left=st.integers(0, 30),
    top=st.integers(0, 30),
    width=st.integers(1, 30),
    height=st.integers(1, 30),
)
def test_a_rectangle_is_the_same_as_a_polygon_in_both_directions(x, y, left, top, width, height):
    corners = [left, top, left + width, top, left + width, top + height, left, top + height]
    back = [
        number for pair in reversed(list(zip(corners[::2], corners[1::2], strict=True))) for number in pair
    ]
    expected = contains("rect", [left, top, width, height], (x, y))
    assert contains("polygon", corners, (x, y)) == contains("polygon", back, (x, y)) == expected


def test_wrong_points_cost_by_the_rule():
    spec = load(most=4)
    assert score(spec, IN_ONE, IN_TWO) == 1
    assert score(spec, IN_ONE) == Decimal("0.5")
    assert score(spec, IN_ONE, OUTSIDE) == 0
    assert score(spec, IN_ONE, IN_TWO, OUTSIDE) == Decimal("0.5")
    assert score(load(credit="each_part"), IN_ONE, OUTSIDE) == Decimal("0.5")
    strict = load(most=4, credit="all_or_nothing")
    assert (score(strict, IN_ONE, IN_TWO), score(strict, IN_ONE, IN_TWO, OUTSIDE)) == (1, 0)


def test_a_region_counts_once_and_overlapping_ones_as_often_as_points_can_fill_them():
    assert score(load(most=4), IN_ONE, [151, 151], [152, 152]) == Decimal("0.5")
    regions = [
        {"id": "a", "name": both("A"), "coords": [0, 0, 100, 100], "correct": True},
        {"id": "b", "name": both("B"), "coords": [50, 0, 100, 100], "correct": True},
    ]
    spec = load(regions=regions)
    # the first point lies in both: it must not take the place of the second
    assert score(spec, [60, 50], [10, 50]) == 1 == score(spec, [60, 50], [140, 50])
    assert score(spec, [10, 50], [20, 50]) == Decimal("0.5")


@given(st.lists(st.lists(st.integers(0, 4), max_size=5), max_size=5))
def test_most_pairs_is_the_greatest_number(wanted):
    def best(row: int, used: frozenset[int]) -> int:
        if row == len(wanted):
            return 0
        return max(
            [
                best(row + 1, used),
                *(1 + best(row + 1, used | {one}) for one in wanted[row] if one not in used),
            ]
        )

    assert most_pairs(wanted) == best(0, frozenset())


def test_feedback_of_a_region_that_was_hit_by_mistake():
    grade = KIND.grade(load(), {"points": [[60, 520]]}, 1)
    assert [(one.tone, one.text["vi"]) for one in grade.feedback] == [("wrong", "FEEDBACK-EXIT")]


def test_regions_are_shown_only_where_the_author_says_so():
    shown = json.dumps(KIND.present(load(), 3, "vi"))
    assert "REGION" not in shown and "coords" not in shown
    view = KIND.present(load(mode="regions"), 3, "vi")
    assert {one["name"] for one in view["regions"]} == {"REGION-ONE", "REGION-TWO", "REGION-THREE"}
    assert "correct" not in json.dumps(view)


def test_named_regions_are_chosen_from_a_list():
    spec = load(mode="regions", most=3)
    ids = {one["name"]: one["id"] for one in KIND.present(spec, 1, "vi")["regions"]}
    answer = KIND.read_form(
        MultiDict([("s1.region", ids["REGION-ONE"]), ("s1.region", ids["REGION-THREE"])]), "s1"
    )
    assert KIND.grade(spec, KIND.check_answer(spec, answer), 1).score == 0
    answer = {"regions": [ids["REGION-TWO"], ids["REGION-ONE"], ids["REGION-ONE"]]}
    assert KIND.grade(spec, KIND.check_answer(spec, answer), 1).score == 1


def test_numbers_that_are_none_are_refused_in_words():
    spec = load()
    form = MultiDict([("s1.x", "150"), ("s1.y", "giữa"), ("s1.x", ""), ("s1.y", "")])
    with pytest.raises(Invalid, match="two whole numbers"):
        KIND.check_answer(spec, KIND.read_form(form, "s1"))
    for wrong in (
        [[801, 0]],
        [[0, 601]],
        [[-1, 0]],
        [[1.5, 2]],
        [[True, 1]],
        [[1]],
        [IN_ONE, IN_TWO, OUTSIDE],
    ):
        with pytest.raises(Invalid):
            KIND.check_answer(spec, {"points": wrong})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"regions": [HOTSPOT["regions"][2]]}, "No right answer"),
        ({"mode": "regions", "regions": HOTSPOT["regions"][:2]}, "at least one must be wrong"),
        ({"most": 1}, "At least 2"),
        ({"most": 5, "credit": "each_part"}, "cost nothing"),
        ({"regions": [HOTSPOT["regions"][0] | {"coords": [700, 0, 200, 10]}]}, "out of the picture"),
        ({"regions": [HOTSPOT["regions"][0] | {"coords": [1, 2, 3]}]}, "four numbers"),
        ({"regions": [HOTSPOT["regions"][2] | {"coords": [1, 2, 3, 4], "correct": True}]}, "three corners"),
        ({"regions": [HOTSPOT["regions"][0] | {"coords": "1, 2, x, 4"}]}, "whole numbers"),
        ({"picture": HOTSPOT["picture"] | {"path": "../../etc/passwd"}}, "Name a picture"),
        ({"picture": HOTSPOT["picture"] | {"path": "media/../x.svg"}}, "Name a picture"),
        (
            {"picture": {name: HOTSPOT["picture"][name] for name in ("path", "width", "height")}},
            "Describe the picture",
        ),
    ],
)
def test_specs_that_cannot_be_asked_are_refused(changes, said):
    with pytest.raises(ValidationError) as refusal:
        load(**changes)
    assert said in str(refusal.value.messages)


def test_coordinates_may_be_typed_as_text():
    region = HOTSPOT["regions"][0] | {"coords": "100, 100; 200 100"}
    assert load(regions=[region])["regions"][0]["coords"] == [100, 100, 200, 100]


def test_on_paper_crosses_are_made_on_the_picture():
    sheet = KIND.print(load(), 1, "vi")
    assert sheet.picture == "media/so-do.svg" and sheet.picture_alt and not sheet.choices
    assert sheet.key == ("REGION-ONE: rectangle 100, 100, 200, 100", "REGION-TWO: circle 600, 300, 50")
    assert len(KIND.print(load(mode="regions"), 1, "vi").choices) == 3
