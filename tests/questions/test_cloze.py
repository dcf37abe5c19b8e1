"""Gaps of every sort in one text: lists, words, numbers, one word bank; weights and feedback for each."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import Invalid
from academy.questions.types.cloze import Cloze
from tests.questions.specs import CLOZE_MIXED, both

KIND = Cloze()

pytestmark = pytest.mark.usefixtures("app")


def load(**changes) -> dict:
    return KIND.spec_schema().load(copy.deepcopy(CLOZE_MIXED) | changes)


def with_gap(place: int, **changes) -> list[dict]:
    gaps = copy.deepcopy(CLOZE_MIXED["gaps"])
    gaps[place] = {name: value for name, value in (gaps[place] | changes).items() if value is not None}
    return gaps


def fault(**changes) -> str:
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return str(caught.value.messages)


def named(spec: dict, lang: str = "vi") -> dict[str, str]:
    """Presented ids by text: of the bank, and of the list of gap 2."""
    view = KIND.present(spec, 4, lang)
    lists = [part["options"] for part in view["segments"] if "options" in part]
    return {one["text"]: one["id"] for one in [*view["bank"], *lists[0]]}


def right(spec: dict) -> dict:
    ids = named(spec)
    return {"1": ids["Chính phủ"], "2": ids["Thủ tướng"], "3": "15", "4": "97,4", "5": ids["văn thư"], "lang": "vi"}


def grade(spec: dict, answer: dict):
    return KIND.grade(spec, KIND.check_answer(spec, answer), 4)


def test_gaps_of_every_sort_are_filled_rightly():
    spec = load()
    judged = grade(spec, right(spec))
    assert judged.score == 1 and judged.feedback == () and set(judged.details["parts"].values()) == {True}


@pytest.mark.parametrize(("gap", "lost"), [("1", "2"), ("2", "1"), ("3", "1"), ("4", "1"), ("5", "0.5")])
def test_each_gap_weighs_what_it_says(gap, lost):
    spec = load()
    answer = right(spec)
    del answer[gap]
    assert grade(spec, answer).score == (1 - Decimal(lost) / Decimal("5.5")).quantize(Decimal("0.0001"))
    assert grade(spec, answer).details["rule"] == "each_by_weight", "no equal shares are promised"
    assert grade(load(credit="all_or_nothing"), answer).score == 0


def test_the_bank_is_shown_once_and_mixed_and_any_gap_may_take_any_entry():
    spec = load()
    view = KIND.present(spec, 4, "vi")
    assert {entry["text"] for entry in view["bank"]} == {"Chính phủ", "Quốc hội", "văn thư"}
    assert [part.get("from_bank") for part in view["segments"] if "gap" in part] == [True, None, None, None, True]
    ids = named(spec)
    twice = right(spec) | {"5": ids["Chính phủ"]}
    assert grade(spec, twice).details["parts"]["5"] is False
    orders = {tuple(entry["id"] for entry in KIND.present(spec, seed, "vi")["bank"]) for seed in range(1, 30)}
    assert len(orders) > 2


def test_what_is_shown_does_not_depend_on_what_is_right():
    other = load(
        bank=[{"id": name, "text": row["text"]} for name, row in zip("xyz", CLOZE_MIXED["bank"][::-1], strict=True)],
        gaps=[
            {"id": "1", "word": "x"},
            {"id": "2", "options": [row | {"correct": not row["correct"]} for row in CLOZE_MIXED["gaps"][1]["options"]]},
            {"id": "3", "number": {"answer": "1"}},
            {"id": "4", "number": {"answer": "2"}},
            {"id": "5", "word": "y", "weight": "9"},
        ],
    )
    for seed in (1, 2, 99):
        assert KIND.present(other, seed, "vi") == KIND.present(load(), seed, "vi")
    assert KIND.text(other, "vi") == KIND.text(load(), "vi")


def test_an_entry_of_the_bank_is_no_answer_to_a_list_nor_the_other_way_round():
    spec = load()
    ids = named(spec)
    for wrong in ({"1": ids["Thủ tướng"]}, {"2": ids["Chính phủ"]}, {"1": "a"}, {"5": ["x"]}, {"1": {"number": "1"}}):
        with pytest.raises(Invalid):
            KIND.check_answer(spec, wrong)


@pytest.mark.parametrize(
    ("typed", "lang", "stored"),
    [("97,4", "vi", "97.4"), ("97.4", "en", "97.4"), ("97,4 %", "de", "97.4"), ("1.234", "en", "1.234"), (97.4, None, "97.4"), ({"number": "97.4"}, None, "97.4")],
)
def test_a_number_is_read_in_the_language_of_its_page_and_stored_once_for_all(typed, lang, stored):
    spec = load()
    answer = {"4": typed} | ({"lang": lang} if lang else {})
    checked = KIND.check_answer(spec, answer)
    assert checked == {"4": {"number": stored}} and KIND.check_answer(spec, checked) == checked


@pytest.mark.parametrize("typed", ["1.234", "viele", "", "9" * 61, True, ["1"], {"number": "NaN"}, {"number": "1", "x": 1}])
def test_a_number_that_cannot_be_read_is_refused_with_its_gap(typed):
    with pytest.raises(Invalid, match="Gap 3|number"):
        KIND.check_answer(load(), {"3": typed})


@pytest.mark.parametrize(("typed", "is_right"), [("15", True), ("15,0", True), ("14,99", False)])
def test_a_number_is_exact_without_a_tolerance(typed, is_right):
    assert grade(load(), {"3": typed, "lang": "vi"}).details["parts"]["3"] is is_right


@pytest.mark.parametrize(("typed", "is_right"), [("92,53", True), ("102,27", True), ("92,52", False), ("102,28", False)])
def test_a_number_has_its_tolerance(typed, is_right):
    assert grade(load(), {"4": typed, "lang": "vi"}).details["parts"]["4"] is is_right


def test_feedback_is_for_what_was_filled_wrongly_and_names_its_gap():
    spec = load()
    ids = named(spec)
    judged = grade(spec, {"1": ids["Quốc hội"], "2": ids["Bộ trưởng"], "3": "1"})
    assert [(remark.text["vi"], remark.tone) for remark in judged.feedback] == [
        ("(1) FEEDBACK-GAP", "wrong"),
        ("(2) FEEDBACK-OPTION", "wrong"),
    ]
    assert grade(spec, {"3": "15"}).feedback == (), "nothing is said of gaps that were left empty"


def test_the_solution_shows_words_and_numbers_as_the_language_writes_them():
    told = KIND.solution(load(), 4, "vi")
    assert told["gaps"] == {"1": ["Chính phủ"], "2": ["Thủ tướng"], "3": ["15"], "4": ["97,4 (± 5 %)"], "5": ["văn thư"]}
    assert told["numbers"] == {"3": "15", "4": "97.4"}


def test_a_form_with_nothing_but_its_language_is_no_answer():
    assert KIND.read_form(MultiDict({"s1.lang": "vi", "s1.1": "", "s1.3": " "}), "s1") is None
    assert KIND.read_form(MultiDict({"s1.lang": "vi", "s1.3": "5"}), "s1") == {"lang": "vi", "3": "5"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gaps": with_gap(0, word="q")}, "no entry “q”"),
        ({"gaps": with_gap(0, accept={"vi": ["x"]})}, "in one way"),
        ({"gaps": with_gap(2, number=None)}, "in one way"),
        ({"gaps": with_gap(2, accents="require")}, "Accents only matter"),
        ({"gaps": with_gap(2, number={"answer": "x"})}, "not a number"),
        ({"gaps": with_gap(2, number={})}, "No right answer"),
        ({"gaps": with_gap(2, number={"answer": "0", "tolerance": "5", "tolerance_as": "percent"})}, "A percentage of 0"),
        ({"gaps": with_gap(2, weight="0")}, "at least 0.01"),
        ({"gaps": with_gap(2, weight="101")}, "at most 100"),
        ({"bank": CLOZE_MIXED["bank"][:1]}, "Give from 2 to 30 entries"),
        ({"bank": [{"id": "a", "text": both("x")}, {"id": "a", "text": both("y")}, *CLOZE_MIXED["bank"][1:]]}, "the id “a”"),
        ({"bank": [*CLOZE_MIXED["bank"], {"id": "d", "text": both("Quốc hội")}]}, "read the same"),
        ({"gaps": [gap if "word" not in gap else {"id": gap["id"], "number": {"answer": "1"}} for gap in CLOZE_MIXED["gaps"]]}, "No gap is filled from"),
        ({"gaps": with_gap(1, options=[row | {"weight": "50"} for row in CLOZE_MIXED["gaps"][1]["options"]])}, "have no percentage"),
    ],
)  # fmt: skip
def test_faults_are_named(changes, words):
    assert words in fault(**changes)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["number", "x"]), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["1", "2", "3", "4", "5", "lang"]), json_values, max_size=4))
@settings(deadline=None)
def test_no_json_breaks_it(answer):
    spec = load()
    try:
        checked = KIND.check_answer(spec, answer)
    except Invalid:
        return
    assert 0 <= KIND.grade(spec, checked, 1).score <= 1
    assert KIND.check_answer(spec, checked) == checked


def test_on_paper_gaps_are_numbered_lists_stand_behind_them_and_the_bank_below():
    printed = KIND.print(load(), 4, "vi")
    assert printed.text.startswith("Nghị định do (1) ____ ban hành, (2) ____ [")
    assert "Thủ tướng" in printed.text and set(printed.bank) == {"Chính phủ", "Quốc hội", "văn thư"}
    assert printed.key == ("(1) Chính phủ", "(2) Thủ tướng", "(3) 15", "(4) 97,4 (± 5 %)", "(5) văn thư")
