"""Close reading: sentences, ranges, overlap, marks; and that nothing is told too early."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import Invalid
from courses.political_theory.close_reading import CloseReading, CloseReadingSpec
from courses.political_theory.marking import shown_document
from courses.political_theory.overlap import overlap
from courses.political_theory.passages import document_of, merged, words_within
from tests.courses.political_theory.conftest import EFFECT, ENGLISH, HASH, VIETNAMESE, place, raw_spec, spec
from tests.plugins.examples import specs_of

READING = CloseReading()


def sentences(text: str) -> list[str]:
    document = document_of(text)
    return [document.text[start:end] for start, end in document.sentences]


def grade(ranges, **changes):
    whole = spec(**changes)
    return READING.grade(whole, READING.check_answer(whole, {"document": HASH, "ranges": ranges}), 0)


# --- the document ---------------------------------------------------------------------------------


def test_sentences_leave_out_labels_and_keep_abbreviations():
    assert sentences(VIETNAMESE) == [
        "VĂN BẢN HƯ CẤU",
        "QUYẾT ĐỊNH về việc mở lớp.",
        "Số: 12/QĐ-UBND.",
        "Mở một lớp tại chỗ.",
        "Lớp học vào thứ ba.",
        EFFECT,
        "Chánh Văn phòng chịu trách nhiệm thi hành.",
    ]
    assert "No. 12/QĐ-UBND." in sentences(ENGLISH)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Minh came. He left.", ["Mr. Minh came.", "He left."]),
        ("Xin chào! Anh khỏe không? Tôi khỏe…", ["Xin chào!", "Anh khỏe không?", "Tôi khỏe…"]),
        ("Đạt 97.4 phần trăm. Tốt.", ["Đạt 97.4 phần trăm.", "Tốt."]),
        ("Ông nói: “Được.” Rồi đi.", ["Ông nói: “Được.”", "Rồi đi."]),
        ("a) Một việc. Ế ẩm.", ["Một việc.", "Ế ẩm."]),
        ("1.2. Mục đích. Để học.", ["Mục đích.", "Để học."]),
        ("J. R. Smith wrote it. 30 people read it.", ["J. R. Smith wrote it.", "30 people read it."]),
        ("không có dấu chấm", ["không có dấu chấm"]),
        ("Điều 3.", ["Điều 3."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_where_sentences_end(text, expected):
    assert sentences(text) == expected


def test_title_is_the_line_that_says_what_it_is():
    assert document_of(VIETNAMESE).title == "QUYẾT ĐỊNH về việc mở lớp"
    assert document_of(ENGLISH).title == "DECISION on opening a class"
    assert document_of("Chỉ một câu.").title == "Chỉ một câu"
    assert document_of("").title == ""


def test_one_text_one_hash_in_whatever_form_it_was_typed():
    assert document_of(unicodedata.normalize("NFD", VIETNAMESE)).hash == HASH
    assert document_of(VIETNAMESE + " ").hash != HASH


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="aĐ. \n1!?)“”ếo", max_size=80))
def test_segments_make_up_their_paragraphs(text):
    document = document_of(text)
    for paragraph in document.paragraphs:
        for before, after in zip(paragraph, paragraph[1:], strict=False):
            assert before.end == after.start
        assert all(part.start < part.end for part in paragraph)
    for start, end in document.sentences:
        assert document.text[start:end] == document.text[start:end].strip() != ""


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)).map(lambda one: (one[0], one[0] + one[1]))))
def test_merging_keeps_what_is_covered(ranges):
    result = merged(ranges)
    covered = {place for start, end in ranges for place in range(start, end)}
    assert {place for start, end in result for place in range(start, end)} == covered
    assert all(before[1] < after[0] for before, after in zip(result, result[1:], strict=False))


def test_a_word_counts_when_its_middle_is_inside():
    text = "một hai ba"
    assert words_within(text, [(0, 2)]) == {0}
    assert words_within(text, [(0, 1)]) == frozenset()
    assert words_within(text, [(2, 9)]) == {1}


# --- marks ----------------------------------------------------------------------------------------


def test_the_sentence_itself_is_full_marks():
    found = grade([place(EFFECT)])
    assert found.score == 1 and found.feedback[0].tone == "right"


def test_ragged_edges_cost_nothing():
    start, end = place(EFFECT)
    assert grade([[start + 14, end - 9]]).score == 1
    assert grade([[start - 8, end + 16]]).score == 1


def test_everything_earns_little_and_says_too_much():
    found = grade([[0, len(VIETNAMESE)]])
    assert 0 < found.score < Decimal("0.5")
    assert "thu hẹp" in found.feedback[0].text["vi"] and "narrow" in found.feedback[0].text["en"]


def test_elsewhere_earns_nothing():
    found = grade([place("Lớp học vào thứ ba.")])
    assert found.score == 0 and Decimal(found.details["f1"]) == 0


def test_half_of_two_passages_is_half_of_the_marks():
    """Although the F1 of one of two like sentences, 2/3, would pass the threshold."""
    targets = {"vi": ["Mở một lớp tại chỗ.", "Lớp học vào thứ ba."], "en": ["It meets on Tuesdays."]}
    one = grade([place("Mở một lớp tại chỗ.")], targets=targets)
    assert Decimal(one.details["f1"]) > Decimal("0.6") and one.score == Decimal("0.5")
    assert "1 trên 2" in one.feedback[0].text["vi"]
    assert grade([place("Mở một lớp tại chỗ."), place("Lớp học vào thứ ba.")], targets=targets).score == 1


def test_threshold_is_the_authors():
    start, end = place(EFFECT)
    half = [[start, start + (end - start) // 3]]
    assert grade(half).score < 1
    assert grade(half, threshold="0.3").score == 1


def test_each_language_has_its_own_passages():
    whole = spec()
    english = document_of(ENGLISH)
    answer = {
        "document": english.hash,
        "ranges": [place("This decision takes effect on 1 April 2026.", ENGLISH)],
    }
    assert READING.grade(whole, READING.check_answer(whole, answer), 0).score == 1


RANGES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 120)).map(lambda one: (one[0], one[0] + one[1])), max_size=4
)


@settings(deadline=None, max_examples=60)
@given(RANGES, RANGES.filter(bool), st.sampled_from(["0.3", "0.6", "0.9"]))
def test_score_is_bounded_and_the_threshold_divides(given_ranges, targets, threshold):
    text = VIETNAMESE * 2
    found = overlap(text, given_ranges, targets, Decimal(threshold))
    assert 0 <= found.score <= 1 and 0 <= found.precision <= 1 and 0 <= found.recall <= 1
    if found.f1 < Decimal(threshold):
        assert found.score <= Decimal("0.5")
    if len(targets) == 1 and found.f1 >= Decimal(threshold):
        assert found.score == 1
    if words_within(text, targets):
        # asked for piece by piece, every piece with a word in it is found
        pieces = [one for one in targets if words_within(text, [one])]
        assert overlap(text, pieces, pieces, Decimal(threshold)).score == 1


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        None, "x", {}, {"document": HASH}, {"document": HASH, "ranges": []}, {"document": HASH, "ranges": "0-5"},
        {"document": HASH, "ranges": [[5, 5]]}, {"document": HASH, "ranges": [[5, 4]]}, {"document": HASH, "ranges": [[-1, 4]]},
        {"document": HASH, "ranges": [[0, 10_000]]}, {"document": HASH, "ranges": [[0.0, 5]]}, {"document": HASH, "ranges": [[True, 5]]},
        {"document": HASH, "ranges": [[0, 5]] * 101}, {"document": "0" * 32, "ranges": [[0, 5]]}, {"document": None, "ranges": [[0, 5]]},
        {"document": HASH, "ranges": [place("\n\n")]},
    ],
)  # fmt: skip
def test_what_is_no_answer(answer):
    with pytest.raises(Invalid):
        READING.check_answer(spec(), answer)


def test_answers_have_one_normal_form():
    whole = spec()
    given_ranges = [[30, 40], [0, 10], [5, 20]]
    assert READING.check_answer(whole, {"document": HASH, "ranges": given_ranges})["ranges"] == [
        [0, 20],
        [30, 40],
    ]


def test_forms_join_sentences_and_passages_marked_by_hand():
    form = MultiDict(
        [("a.sentence", f"{HASH}:0-14"), ("a.sentence", f"{HASH}:16-42"), ("a.marked", f"{HASH}:50-60 70-80")]
    )
    assert READING.read_form(form, "a") == {
        "document": HASH,
        "ranges": [[0, 14], [16, 42], [50, 60], [70, 80]],
    }
    form.add("a.unmark", "1")
    assert READING.read_form(form, "a")["ranges"] == [[0, 14], [16, 42]]
    assert READING.read_form(MultiDict({"a.marked": ""}), "a") is None
    assert READING.read_form({"a.sentence": [f"{HASH}:0-14"]}, "a")["ranges"] == [[0, 14]]


@pytest.mark.parametrize("value", ["x", "0-5", f"{HASH}:5", f"{HASH}:1-2,3-4", f"{HASH}:²-5"])
def test_broken_fields_are_refused_in_words(value):
    answer = READING.read_form(MultiDict({"a.sentence": value}), "a")
    with pytest.raises(Invalid):
        READING.check_answer(spec(), answer)


def test_two_documents_in_one_form_are_refused():
    other = document_of(ENGLISH).hash
    form = MultiDict([("a.sentence", f"{HASH}:0-14"), ("a.sentence", f"{other}:0-5")])
    with pytest.raises(Invalid):
        READING.check_answer(spec(), READING.read_form(form, "a"))


# --- what is shown --------------------------------------------------------------------------------


def shown(ranges, solution=None, whole=None):
    view = READING.present(whole or spec(), 0, "vi")
    return shown_document(view, {"document": HASH, "ranges": ranges}, solution)


def states(found) -> dict[str, str]:
    texts: dict[str, str] = {}
    for paragraph in found["paragraphs"]:
        for segment in paragraph:
            for piece in segment.pieces:
                texts[piece.state] = texts.get(piece.state, "") + piece.text
    return texts


def test_chosen_sentences_are_check_boxes_and_the_rest_is_marked_by_hand():
    free = place("kể từ ngày")
    found = shown([place("Mở một lớp tại chỗ."), free])
    chosen = [segment for paragraph in found["paragraphs"] for segment in paragraph if segment.chosen]
    assert [segment.pieces[0].text for segment in chosen] == ["Mở một lớp tại chỗ."]
    assert found["free"] == ["kể từ ngày"] and found["marked"] == f"{HASH}:{free[0]}-{free[1]}"
    assert states(found)["given"] == "kể từ ngày"


def test_a_result_tells_found_missing_and_too_much():
    start, _end = place(EFFECT)
    solution = READING.solution(spec(), 0, "vi")
    found = states(shown([[start - 8, start + 14]], solution))
    assert (
        found["hit"] == "Quyết định này"
        and found["extra"] == "Điều 2. "
        and found["missed"].startswith(" có hiệu lực")
    )


def test_before_release_nothing_is_compared():
    assert set(states(shown([place(EFFECT)], {"explanation": "x"}))) == {""}


def test_an_answer_in_another_language_is_said_to_be_elsewhere():
    view = READING.present(spec(), 0, "en")
    found = shown_document(view, {"document": HASH, "ranges": [[0, 14]]}, None)
    assert found["elsewhere"] and not found["marked"]


def test_the_text_is_shown_whole():
    found = shown([place("kể từ ngày")])
    whole = "".join(
        piece.text for paragraph in found["paragraphs"] for segment in paragraph for piece in segment.pieces
    )
    assert whole == VIETNAMESE.replace("\n\n", "")


# --- authors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"targets": {"vi": ["Không có câu này."], "en": ["It meets on Tuesdays."]}}, "targets.vi"),
        ({"targets": {"vi": [EFFECT]}}, "targets.en"),
        ({"targets": {"vi": [EFFECT], "en": []}}, "targets.en"),
        ({"targets": {"vi": ["Điều"], "en": ["It meets on Tuesdays."]}}, "targets.vi"),
        ({"targets": {"vi": ["Mở một lớp", "lớp tại chỗ"], "en": ["It meets on Tuesdays."]}}, "targets.vi"),
        ({"targets": {"vi": [EFFECT], "en": ["It meets on Tuesdays."], "de": ["Ja"]}}, "targets.de"),
        ({"threshold": "0"}, "threshold"),
        ({"threshold": "1.1"}, "threshold"),
        ({"document": {"vi": VIETNAMESE}}, "targets.en"),
    ],
)
def test_faulty_specs_name_their_field(change, field):
    with pytest.raises(ValidationError) as fault:
        CloseReadingSpec().load(raw_spec(**change))
    assert field in fault.value.messages


def test_passages_may_be_pasted_in_any_unicode_form():
    pasted = unicodedata.normalize("NFD", EFFECT)
    assert spec(targets={"vi": [pasted], "en": ["It meets on Tuesdays."]})["targets"]["vi"] == [EFFECT]


def test_the_courses_items_ask_for_whole_sentences():
    for key, raw in specs_of(READING.kind):
        whole = CloseReadingSpec().load(raw)
        for lang, text in whole["document"].items():
            for passage in whole["targets"][lang]:
                assert passage in sentences(text), (key, lang, passage)
