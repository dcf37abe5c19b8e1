"""Every kind: what it accepts, what it shows, what it gives for an answer."""

from __future__ import annotations

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import Invalid
from academy.plugins.contract import ExerciseType
from academy.questions.credit import chosen_options, ordered_steps
from academy.questions.fields import in_languages
from academy.questions.options import AUTHORS_ORDER
from academy.questions.registry import CORE_TYPES
from tests.questions.specs import ALL, both, option

TYPES = {kind.kind: kind for kind in CORE_TYPES}
KINDS = sorted(TYPES)

pytestmark = pytest.mark.usefixtures("app")


def load(kind: str, **changes) -> dict:
    return TYPES[kind].spec_schema().load(copy.deepcopy(ALL[kind]) | changes)


def faults(kind: str, **changes) -> dict:
    with pytest.raises(ValidationError) as caught:
        load(kind, **changes)
    return caught.value.messages


def right_answer(kind: str, spec: dict, seed: int = 1):
    """The right answer, from the solution."""
    key = TYPES[kind].solution(spec, seed, "vi")
    return {
        "single": lambda: key["correct"][0],
        "multiple": lambda: key["correct"],
        "truefalse": lambda: key["answer"],
        "short": lambda: key["accept"][0],
        "numeric": lambda: key["answer"],
        "calculated": lambda: key["answer"],
        "matching": lambda: key["pairs"],
        "ordering": lambda: key["order"],
        "cloze": lambda: {"1": gap_option(spec, "soạn"), "2": key["gaps"]["2"][0]},
        "matrix": lambda: key["rows"],
        "hotspot": lambda: {"points": [region["middle"] for region in key["regions"]]},
        "placing": lambda: {slot: wanted[0] for slot, wanted in key["slots"].items() if wanted},
        "extended": lambda: key["model"],
        "file": lambda: {"files": [{"key": "0" * 64 + ".pdf", "name": "báo cáo.pdf", "bytes": 5}]},
    }[kind]()


def gap_option(spec: dict, text: str) -> str:
    view = TYPES["cloze"].present(spec, 1, "vi")
    options = next(part["options"] for part in view["segments"] if "options" in part)
    return next(one["id"] for one in options if one["text"] == text)


def score(kind: str, spec: dict, answer) -> Decimal:
    chosen = TYPES[kind].check_answer(spec, answer)
    return TYPES[kind].grade(spec, chosen, 1).score


# --- the contract, for all kinds -----------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_implements_the_contract(kind):
    assert isinstance(TYPES[kind], ExerciseType)
    assert set(TYPES[kind].title) == {"vi", "en", "de"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_answer_earns_everything_and_no_answer_nothing(kind):
    spec = load(kind)
    grade = TYPES[kind].grade(spec, TYPES[kind].check_answer(spec, right_answer(kind, spec)), 1)
    by_hand = kind in ("extended", "file")
    assert (grade.score, grade.pending) == ((0, True) if by_hand else (1, False))
    nothing = TYPES[kind].grade(spec, None, 1)
    assert nothing.score == 0 and not nothing.pending


@pytest.mark.parametrize("kind", KINDS)
def test_checking_a_checked_answer_changes_nothing(kind):
    spec = load(kind)
    once = TYPES[kind].check_answer(spec, right_answer(kind, spec))
    assert TYPES[kind].check_answer(spec, once) == once
    assert json.loads(json.dumps(once)) == once


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(1, 2**53 - 1))
@settings(max_examples=30, deadline=None)
def test_what_is_shown_is_json_and_the_same_each_time(kind, seed):
    spec = load(kind)
    view = TYPES[kind].present(spec, seed, "vi")
    assert json.loads(json.dumps(view)) == view == TYPES[kind].present(spec, seed, "vi")


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 2**53 - 1), lang=st.sampled_from(["vi", "en", "de"]))
@settings(max_examples=30, deadline=None)
def test_what_is_shown_does_not_depend_on_what_is_right(kind, seed, lang):
    """The strongest form of "no key in it": another key, or other names, give the very same view."""
    spec = load(kind)
    if kind != "single" or seed != AUTHORS_ORDER:
        assert TYPES[kind].present(other_key(kind), seed or 1, lang) == TYPES[kind].present(
            spec, seed or 1, lang
        )
    shown = json.dumps(TYPES[kind].present(spec, seed, lang), ensure_ascii=False)
    for secret in (
        "EXPLANATION",
        "FEEDBACK",
        "correct",
        "formula",
        "tolerance",
        "97.4",
        "hoà nhã",
        '"p1"',
        '"s1"',
        "REGION",
        "MODEL",
        "Lập luận",
    ):
        assert secret not in shown


def other_key(kind: str) -> dict:
    """The same question with another right answer and other names inside."""
    spec = copy.deepcopy(ALL[kind])
    if kind in ("single", "multiple"):
        for row, (name, correct) in zip(
            spec["options"], [("x", False), ("y", True), ("z", False), ("w", True)], strict=False
        ):
            row["id"], row["correct"] = name, correct
        spec["options"].reverse()
    elif kind == "truefalse":
        spec["answer"] = False
    elif kind == "short":
        spec["accept"] = {"vi": ["khác"]}
    elif kind == "numeric":
        spec |= {"answer": "3", "tolerance": "0"}
    elif kind == "calculated":
        spec |= {"formula": "a / n + n", "tolerance": "0.1"}
    elif kind == "matching":
        rights = [pair["right"] for pair in spec["pairs"]]
        for number, pair in enumerate(spec["pairs"]):
            pair["id"], pair["right"] = f"q{number}", rights[number - 1]
    elif kind == "ordering":
        spec["steps"].reverse()
        for number, step in enumerate(spec["steps"]):
            step["id"] = f"t{number}"
    elif kind == "cloze":
        for row in spec["gaps"][0]["options"]:
            row["correct"] = not row["correct"]
        spec["gaps"][1]["accept"] = {"vi": ["khác"]}
        spec["gaps"][1]["accents"] = "require"
    elif kind == "matrix":
        for number, row in enumerate(spec["rows"]):
            row["id"], row["correct"] = f"q{number}", ["cp"] if row["correct"] == ["qh"] else ["qh"]
    elif kind == "hotspot":
        for region in spec["regions"]:
            region |= {"id": f"q{region['id']}", "shape": "circle", "coords": [5, 5, 5]}
    elif kind == "placing":
        for number, entry in enumerate(reversed(spec["entries"])):
            entry["id"] = f"e{number}"
        spec["places"][0]["accept"], spec["places"][1]["accept"] = ["e0", "e1"], ["e0"]
        spec["entries"].reverse()
    elif kind in ("extended", "file"):
        spec |= {"model": both("khác"), "rubric_shown": "never"}
    return TYPES[kind].spec_schema().load(spec)


@pytest.mark.parametrize("kind", ["single", "multiple", "matching", "ordering", "matrix", "placing"])
def test_seeds_shuffle(kind):
    spec = load(kind)
    orders = {json.dumps(TYPES[kind].present(spec, seed, "vi"), sort_keys=True) for seed in range(1, 60)}
    assert len(orders) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_the_same_in_every_language_and_for_every_seed(kind):
    spec = load(kind)

    def ids(value):
        if isinstance(value, dict):
            return ({value["id"]} if "id" in value else set()).union(*map(ids, value.values()))
        return set().union(*map(ids, value)) if isinstance(value, list) else set()

    assert ids(TYPES[kind].present(spec, 5, "vi")) == ids(TYPES[kind].present(spec, 99, "en"))


def test_choices_keep_the_authors_order_with_seed_zero_and_orders_never_do():
    shown = TYPES["single"].present(load("single"), AUTHORS_ORDER, "vi")["options"]
    assert [one["text"] for one in shown] == ["Thủ tướng", "Chủ tịch nước", "Bộ trưởng"]
    steps = [
        step["text"] for step in TYPES["ordering"].present(load("ordering"), AUTHORS_ORDER, "vi")["steps"]
    ]
    spec = load("ordering", steps=list(reversed(load("ordering")["steps"])))
    assert steps == [step["text"] for step in TYPES["ordering"].present(spec, AUTHORS_ORDER, "vi")["steps"]]


WRONG_SHAPES = [
    7,
    1.5,
    "",
    "nonsense",
    [],
    ["x"],
    [1],
    {},
    {"a": 1},
    {"x": "y"},
    {"1": []},
    [[]],
    True,
    {"number": "NaN"},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", WRONG_SHAPES, ids=repr)
def test_an_answer_of_the_wrong_shape_is_refused_or_graded_but_never_breaks(kind, answer):
    spec = load(kind)
    try:
        checked = TYPES[kind].check_answer(spec, answer)
    except Invalid as refusal:
        assert str(refusal.message)
    else:
        assert 0 <= TYPES[kind].grade(spec, checked, 1).score <= 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", KINDS)
@given(answer=json_values)
@settings(max_examples=80, deadline=None)
def test_no_json_breaks_a_kind(kind, answer):
    spec = load(kind)
    try:
        checked = TYPES[kind].check_answer(spec, answer)
    except Invalid:
        return
    assert 0 <= TYPES[kind].grade(spec, checked, 1).score <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_is_no_answer(kind):
    form = MultiDict({"s1": "", "s1.x": "", "s10": "y", "s10.x": "y"})
    assert TYPES[kind].read_form(form, "s1") is None


@pytest.mark.parametrize("kind", KINDS)
def test_text_holds_the_prompt_and_no_key(kind):
    spec = load(kind)
    text = TYPES[kind].text(spec, "vi")
    assert text.strip()
    assert not [word for word in ("EXPLANATION", "FEEDBACK", "97.4", "REGION", "MODEL") if word in text]
    assert TYPES[kind].text(other_key(kind), "vi") == text


@pytest.mark.parametrize("kind", KINDS)
def test_the_languages_of_the_course_are_needed_and_else_vietnamese(kind):
    texts = ALL[kind]["text"]
    assert "missing" in str(faults(kind, text={"en": texts["en"]})["text"]["vi"][0])
    with in_languages(("vi", "en")):
        assert "missing" in str(faults(kind, text={"vi": texts["vi"]})["text"]["en"][0])


# --- single and multiple -------------------------------------------------------------------------


def test_single_needs_exactly_one_right_option():
    none = [option("a", "1"), option("b", "2")]
    two = [option("a", "1", correct=True), option("b", "2", correct=True)]
    assert "exactly one" in str(faults("single", options=none)["options"][0])
    assert "exactly one" in str(faults("single", options=two)["options"][0])


def test_options_that_read_the_same_are_refused_but_case_and_tones_tell_apart():
    same = [option("a", "Luật", correct=True), option("b", " Luật ")]
    assert "same" in str(faults("single", options=same)["options"][0])
    load(
        "single", options=[option("a", "Uỷ ban", correct=True), option("b", "Ủy ban"), option("c", "ủy ban")]
    )


def test_option_ids_are_unique_and_plain():
    assert "id" in str(
        faults("single", options=[option("a", "1", correct=True), option("a", "2")])["options"][0]
    )
    assert faults("single", options=[option("A b", "1", correct=True), option("b", "2")])["options"]


def test_feedback_of_the_chosen_option_only():
    spec = load("single")
    wrong = next(
        one["id"]
        for one in TYPES["single"].present(spec, 1, "vi")["options"]
        if one["text"] == "Chủ tịch nước"
    )
    (remark,) = TYPES["single"].grade(spec, wrong, 1).feedback
    assert remark.tone == "wrong" and remark.text["vi"] == "FEEDBACK-WRONG"


def test_multiple_needs_a_right_and_a_wrong_option():
    assert "No right answer" in str(
        faults("multiple", options=[option("a", "1"), option("b", "2")])["options"][0]
    )
    every = [option("a", "1", correct=True), option("b", "2", correct=True)]
    assert "at least one must be wrong" in str(faults("multiple", options=every)["options"][0])


def test_multiple_right_minus_wrong_and_all_or_nothing():
    spec = load("multiple")
    ids = {one["text"]: one["id"] for one in TYPES["multiple"].present(spec, 1, "vi")["options"]}
    assert score("multiple", spec, [ids["Luật"]]) == Decimal("0.5")
    assert score("multiple", spec, [ids["Luật"], ids["Công văn"]]) == 0
    assert score("multiple", spec, [ids["Luật"], ids["Nghị định"], ids["Công văn"]]) == Decimal("0.5")
    assert score("multiple", spec, list(ids.values())) == 0
    strict = load("multiple", credit="all_or_nothing")
    assert score("multiple", strict, [ids["Luật"]]) == 0
    assert score("multiple", strict, [ids["Nghị định"], ids["Luật"], ids["Luật"]]) == 1
    assert TYPES["multiple"].grade(spec, [], 1).details["rule"] == "right_minus_wrong"


@given(right=st.integers(1, 6), wrong=st.integers(1, 6), hits=st.integers(0, 6), slips=st.integers(0, 6))
def test_right_minus_wrong_is_fair(right, wrong, hits, slips):
    hits, slips = min(hits, right), min(slips, wrong)
    rights, wrongs = {f"r{n}" for n in range(right)}, {f"w{n}" for n in range(wrong)}
    chosen = {f"r{n}" for n in range(hits)} | {f"w{n}" for n in range(slips)}
    earned = chosen_options("right_minus_wrong", right=rights, wrong=wrongs, chosen=chosen)
    exact = max(Decimal(hits) / right - Decimal(slips) / wrong, Decimal(0))
    assert abs(earned - exact) <= Decimal("0.00005")
    assert (earned == 1) == (chosen == rights)


# --- true or false -------------------------------------------------------------------------------


def test_truefalse_takes_only_truth_values():
    spec = load("truefalse")
    assert score("truefalse", spec, True) == 1
    assert score("truefalse", spec, False) == 0
    for wrong in (1, 0, "true", None):
        with pytest.raises(Invalid):
            TYPES["truefalse"].check_answer(spec, wrong)
    assert TYPES["truefalse"].read_form(MultiDict({"s1": "false"}), "s1") is False
    assert faults("truefalse", answer="maybe")["answer"]
    no_key = copy.deepcopy(ALL["truefalse"])
    del no_key["answer"]
    with pytest.raises(ValidationError, match="No right answer"):
        TYPES["truefalse"].spec_schema().load(no_key)


# --- short ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer", ["hòa nhã", "hoà nhã", "HOA NHA", "  hoa   nha. ", "“Hoà nhã”", "Gentle", "dao duc", "ðạo đức"]
)
def test_short_ignores_accents_if_the_author_says_so(answer):
    assert score("short", load("short"), answer) == 1


@pytest.mark.parametrize(
    "answer, earned",
    [("hòa nhã", 1), ("Hoà Nhã", 1), ("hoa nha", 0), ("hỏa nhã", 0), ("đạo đức!", 1), ("dao duc", 0)],
)
def test_short_with_accents_still_ignores_the_place_of_the_tone(answer, earned):
    assert score("short", load("short", accents="require"), answer) == earned


def test_short_compares_decomposed_text_and_limits_length():
    import unicodedata

    spec = load("short", accents="require")
    assert score("short", spec, unicodedata.normalize("NFD", "đạo đức")) == 1
    for wrong in ("x" * 301, "x" * 100_000, "   ", "\u200b"):
        with pytest.raises(Invalid):
            TYPES["short"].check_answer(spec, wrong)


def test_short_answers_may_be_signs_only():
    spec = load("short", accept={"vi": [";"]})
    assert score("short", spec, " ; ") == 1
    assert score("short", spec, ".") == 0


def test_short_needs_an_accepted_answer():
    assert "No right answer" in str(faults("short", accept={"vi": [" "]})["accept"][0])


# --- matching ------------------------------------------------------------------------------------


def matching_ids(spec):
    view = TYPES["matching"].present(spec, 1, "vi")
    return (
        {one["text"]: one["id"] for one in view["left"]},
        {one["text"]: one["id"] for one in view["right"]},
    )


def test_matching_gives_each_pair_its_share():
    spec = load("matching")
    left, right = matching_ids(spec)
    answer = {left["Luật"]: right["Quốc hội"], left["Nghị định"]: right["Phường"]}
    assert score("matching", spec, answer) == Decimal("0.3333")
    assert score("matching", load("matching", credit="all_or_nothing"), answer) == 0
    assert TYPES["matching"].grade(spec, answer, 1).details["parts"] == {"p1": True, "p2": False, "p3": False}


def test_matching_left_and_right_of_a_pair_do_not_share_their_id_even_with_equal_text():
    pairs = [{"id": f"p{n}", "left": both(word), "right": both(word)} for n, word in enumerate(["A", "B"])]
    left, right = matching_ids(load("matching", pairs=pairs))
    assert not set(left.values()) & set(right.values())


def test_matching_offers_a_shared_right_side_once():
    pairs = [
        {"id": "p1", "left": both("Luật"), "right": both("cao")},
        {"id": "p2", "left": both("Hiến pháp"), "right": both("cao")},
        {"id": "p3", "left": both("Công văn"), "right": both("không")},
    ]
    spec = load("matching", pairs=pairs, distractors=[])
    left, right = matching_ids(spec)
    assert set(right) == {"cao", "không"}
    assert score("matching", spec, dict.fromkeys(left.values(), right["cao"])) == Decimal("0.6667")


def test_matching_refuses_a_distractor_that_is_right_somewhere():
    assert faults("matching", distractors=[both("Chính phủ")])["distractors"]
    same = [dict(pair, right=both("X")) for pair in ALL["matching"]["pairs"]]
    assert "nothing is asked" in str(faults("matching", pairs=same, distractors=[])["pairs"][0])


# --- ordering ------------------------------------------------------------------------------------


def steps_of(spec):
    return {one["text"]: one["id"] for one in TYPES["ordering"].present(spec, 1, "vi")["steps"]}


def test_ordering_counts_neighbours():
    spec = load("ordering")
    ids = steps_of(spec)
    late_start = [ids["Thẩm định"], ids["Ký"], ids["Ban hành"], ids["Soạn"]]
    assert score("ordering", spec, late_start) == Decimal("0.6667")
    assert score("ordering", load("ordering", credit="positions"), late_start) == 0
    assert score("ordering", load("ordering", credit="all_or_nothing"), late_start) == 0


def test_ordering_keeps_and_grades_what_is_filled_in_so_far():
    spec = load("ordering")
    ids = steps_of(spec)
    form = MultiDict({f"s1.{ids['Soạn']}": "1", f"s1.{ids['Thẩm định']}": "2", f"s1.{ids['Ký']}": ""})
    answer = TYPES["ordering"].check_answer(spec, TYPES["ordering"].read_form(form, "s1"))
    assert answer == {ids["Soạn"]: 1, ids["Thẩm định"]: 2}
    assert score("ordering", spec, answer) == Decimal("0.3333")


def test_ordering_gives_nothing_for_places_given_twice():
    spec = load("ordering")
    ids = steps_of(spec)
    hedged = {ids["Soạn"]: 1, ids["Ký"]: 1, ids["Thẩm định"]: 2, ids["Ban hành"]: 2}
    assert score("ordering", spec, hedged) == 0


@given(places=st.dictionaries(st.sampled_from("abcde"), st.integers(1, 5)))
def test_no_way_of_numbering_earns_more_than_all(places):
    for rule in ("neighbours", "positions", "all_or_nothing"):
        earned = ordered_steps(rule, right=list("abcde"), places=places)
        assert 0 <= earned <= 1
        assert (earned == 1) == ([places.get(step) for step in "abcde"] == [1, 2, 3, 4, 5])


def test_ordering_refuses_other_places():
    spec = load("ordering")
    ids = list(steps_of(spec).values())
    for wrong in ({ids[0]: 0}, {ids[0]: 5}, {ids[0]: True}, {ids[0]: "x"}, ids[:3], [*ids, ids[0]]):
        with pytest.raises(Invalid):
            TYPES["ordering"].check_answer(spec, wrong)


# --- cloze ---------------------------------------------------------------------------------------


def test_cloze_shows_text_and_gaps_in_turn():
    segments = TYPES["cloze"].present(load("cloze"), 1, "en")["segments"]
    assert [part.get("text", part.get("gap")) for part in segments] == ["First ", "1", ", then ", "2", "."]


def test_cloze_gives_each_gap_its_share_by_its_own_rule():
    spec = load("cloze")
    assert score("cloze", spec, {"2": "KÝ "}) == Decimal("0.5")
    assert score("cloze", spec, {"2": "ky"}) == 0
    assert score("cloze", spec, {"1": gap_option(spec, "đốt"), "2": "sign"}) == Decimal("0.5")


@pytest.mark.parametrize("text", ["no gap", "{1} only", "{1} {2} {3}", "{1} {1} {2}"])
def test_cloze_text_and_gaps_must_agree_in_every_language(text):
    messages = faults("cloze", text={"vi": ALL["cloze"]["text"]["vi"], "en": text})
    assert "exactly once" in str(messages["text"]["en"][0])


def test_cloze_gap_is_chosen_or_typed_not_both():
    gap = {"id": "1", "accept": {"vi": ["x"]}, "options": [option("a", "x", correct=True), option("b", "y")]}
    assert faults("cloze", gaps=[gap, ALL["cloze"]["gaps"][1]])["gaps"]
    assert faults("cloze", gaps=[{"id": "1"}, ALL["cloze"]["gaps"][1]])["gaps"]


def test_cloze_says_which_gap_cannot_be_read():
    with pytest.raises(Invalid) as refusal:
        TYPES["cloze"].check_answer(load("cloze"), {"1": "nonsense"})
    assert "1" in str(refusal.value.message)
