"""Dictation: alignment, error classes, accepted readings, languages without spaces."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from academy.kernel.errors import Invalid
from courses.foreign_languages.alignment import align, readings_of
from courses.foreign_languages.dictation import Dictation, DictationSpec
from courses.foreign_languages.error_classes import WordRules, distance
from courses.foreign_languages.words import words_of
from tests.plugins.examples import specs_of

DICTATION = Dictation()
HALF_PAST = "The meeting begins at half past two."


def spec(transcript: str = HALF_PAST, **changes):
    whole = {
        "prompt": {"vi": "Nghe và viết.", "en": "Listen and write."},
        "language": "en",
        "transcript": transcript,
        "audio": "media/x.mp3",
    }
    return DictationSpec().load(whole | changes)


def grade(written: str, **changes):
    whole = spec(**changes)
    return DICTATION.grade(whole, DICTATION.check_answer(whole, written), 0)


def errors(written: str, **changes) -> list[tuple]:
    return [tuple(pair) for pair in grade(written, **changes).details["alignment"] if pair[2]]


def test_the_reference_case():
    """Two errors in seven words, by their classes."""
    found = grade("The meeting begin at half past too", homophones=[["two", "too", "to"]])
    assert (found.details["errors"], found.details["words"]) == (2, 7)
    assert [pair for pair in found.details["alignment"] if pair[2]] == [
        ["begins", "begin", "ending"],
        ["two", "too", "homophone"],
    ]
    assert found.score == Decimal("0.7143")


@pytest.mark.parametrize(
    "written", [HALF_PAST, "the MEETING begins, at half-past two", "  the meeting\nbegins at half past two!!"]
)
def test_case_punctuation_and_spacing_do_not_count(written):
    assert grade(written).score == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("The meeting begins at half past", [("two", None, "missing")]),
        ("The big meeting begins at half past two", [(None, "big", "extra")]),
        ("The meating begins at half past two", [("meeting", "meating", "spelling")]),
        ("The meeting beginning at half past two", [("begins", "beginning", "ending")]),
        ("The meeting begins at half passed two", [("past", "passed", "homophone")]),
        ("The méeting begins at half past two", [("meeting", "méeting", "accent")]),
        ("The meeting begins at half past 2", [("two", "2", "number")]),
        ("The meeting starts at half past two", [("begins", "starts", "word")]),
    ],
)
def test_every_class(written, expected):
    assert errors(written, homophones=[["past", "passed"]]) == expected


@pytest.mark.parametrize(
    ("right", "wrong", "error"),
    [
        ("studies", "study", "ending"),
        ("stopped", "stop", "ending"),
        ("goes", "go", "ending"),
        ("called", "calling", "ending"),
        ("her", "he", "spelling"),
        ("forty", "fourty", "spelling"),
        ("third", "3rd", "number"),
        ("third", "thirty", "spelling"),
        ("résumé", "resume", "accent"),
        ("form", "from", "spelling"),
        ("cat", "dog", "word"),
    ],
)
def test_classes_of_single_words(right, wrong, error):
    rules = WordRules("en")
    assert rules.classify(words_of(right, "en")[0], words_of(wrong, "en")[0]) == error


def test_nothing_right_is_zero_and_never_below():
    assert grade("one two three four five six seven eight nine ten eleven twelve").score == 0
    assert DICTATION.grade(spec(), None, 0).score == 0


def test_other_spellings_only_when_listed():
    sentence = "The colour of the form is blue."
    assert grade("The color of the form is blue", transcript=sentence).score < 1
    assert (
        grade(
            "The color of the form is blue", transcript=sentence, accept=["The color of the form is blue."]
        ).score
        == 1
    )


def test_accepted_readings_may_be_mixed():
    changes = {
        "transcript": "The fee is forty thousand dong, and Ha will call you.",
        "accept": [
            "The fee is 40,000 dong, and Ha will call you.",
            "The fee is forty thousand đồng, and Hà will call you.",
        ],
    }
    for written in (
        "The fee is 40.000 đồng, and Ha will call you",
        "the fee is forty thousand dong and Hà will call you",
    ):
        assert grade(written, **changes).score == 1
    assert errors("The fee is 40000 đong, and Ha will call you", **changes) == [("dong", "đong", "accent")]


def test_words_that_may_be_left_out_or_added():
    changes = {
        "transcript": "It is at a quarter to ten.",
        "accept": ["It is at quarter to ten.", "It is at a quarter to ten o'clock."],
    }
    for written in (
        "It is at quarter to ten",
        "It is at a quarter to ten o’clock",
        "It is at quarter to ten o'clock",
    ):
        assert grade(written, **changes).score == 1
    assert errors("It is at the quarter to ten", **changes)[0][2] in {"word", "extra", "spelling"}


def test_contractions_both_ways():
    pairs = [["it is", "it's"], ["do not", "don't"]]
    assert (
        grade("It’s late, do not wait", transcript="It is late, don't wait.", contractions=pairs).score == 1
    )
    assert errors("Its late, don't wait", transcript="It is late, don't wait.", contractions=pairs) != []


def test_vietnamese_tone_marks_and_their_place():
    changes = {"transcript": "Chị làm việc ở phường Hòa Bình.", "language": "vi"}
    assert grade("Chị làm việc ở phường Hoà Bình", **changes).score == 1
    assert errors("chi làm việc ở phường Hòa Binh", **changes) == [
        ("Chị", "chi", "accent"),
        ("Bình", "Binh", "accent"),
    ]


def test_chinese_and_lao_by_characters():
    chinese = grade("我们下午3点开回", transcript="我们下午三点开会。", language="zh-Hans")
    assert (chinese.details["words"], chinese.details["errors"]) == (8, 2)
    assert errors("ຂອຍຢູ່ວຽງຈັນ", transcript="ຂ້ອຍຢູ່ວຽງຈັນ", language="lo") == [("ຂ້", "ຂ", "accent")]
    assert grade("我们 下午 三点 开会", transcript="我们下午三点开会。", language="zh").score == 1


def test_feedback_counts_classes_and_quotes_nothing():
    remark = grade("The meeting begin at half past too", homophones=[["two", "too"]]).feedback[0]
    assert remark.tone == "wrong" and "2 lỗi trên 7 từ" in remark.text["vi"]
    assert "begins" not in remark.text["vi"] and "two" not in remark.text["en"]


@pytest.mark.parametrize("answer", [None, 5, [], {}, "", " \n", "!!! …", "\u200b", "x" * 900])
def test_what_is_no_answer(answer):
    with pytest.raises(Invalid):
        DICTATION.check_answer(spec(), answer)


@pytest.mark.parametrize(
    "change",
    [
        {"transcript": "!!!"},
        {"accept": ["…"]},
        {"audio": "http://example.org/x.mp3"},
        {"audio": "media/../x.mp3"},
        {"replays": 0},
        {"contractions": [["it is"]]},
        {"homophones": [["two words", "too"]]},
        {"homophones": [["two"]]},
        {"language": "English"},
        {"prompt": {"en": "Listen."}},
        {"unknown": 1},
    ],
)
def test_faulty_specs(change):
    with pytest.raises(ValidationError):
        spec(**change)


def test_every_reading_of_the_courses_sentences_is_right():
    for key, raw in specs_of(DICTATION.kind):
        whole = DictationSpec().load(raw)
        for sentence in (whole["transcript"], *whole["accept"]):
            assert DICTATION.grade(whole, sentence, 0).score == 1, (key, sentence)


def test_authoring_form_reads_pairs_and_groups():
    form = {
        "prompt.vi": "Nghe",
        "prompt.en": "Listen",
        "contractions.lines": "it is = it's\n\ndo not = don't",
        "homophones.lines": "two, too , to",
    }
    read = DICTATION.read_editor(form)
    assert read["contractions"] == [["it is", "it's"], ["do not", "don't"]]
    assert read["homophones"] == [["two", "too", "to"]]


WORDS = st.lists(
    st.sampled_from("the meeting begins at half past two begin too 2 on in".split()), max_size=12
)


@settings(deadline=None, max_examples=60)
@given(WORDS, WORDS, st.lists(WORDS, max_size=3))
def test_alignment_is_a_distance(said, written, accepted):
    """Without other readings it is the edit distance over words; other readings only ever help."""
    rules = WordRules("en")
    plain = align(readings_of(" ".join(said), (), (), "en"), words_of(" ".join(written), "en"), rules)
    letters = {word: chr(97 + number) for number, word in enumerate(sorted({*said, *written}))}
    assert plain.errors >= distance("".join(map(letters.get, said)), "".join(map(letters.get, written)))
    assert plain.errors <= max(len(said), len(written))
    assert plain.words == len(said)
    assert [pair.given for pair in plain.pairs if pair.given] == written
    assert [pair.expected for pair in plain.pairs if pair.expected] == said
    more = align(
        readings_of(" ".join(said), [" ".join(one) for one in accepted], (), "en"),
        words_of(" ".join(written), "en"),
        rules,
    )
    assert more.errors <= plain.errors
    assert [pair.given for pair in more.pairs if pair.given] == written


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200), st.sampled_from(["en", "vi", "zh", "lo", "de", "fr"]))
def test_any_text_can_be_graded(text, language):
    whole = spec(language=language)
    try:
        answer = DICTATION.check_answer(whole, text)
    except Invalid:
        return
    assert 0 <= DICTATION.grade(whole, answer, 0).score <= 1


def test_a_long_answer_is_graded_quickly():
    whole = spec("a b " * 90, accept=["b a " * 90, "a c " * 90])
    found = DICTATION.grade(whole, DICTATION.check_answer(whole, "b a d " * 130), 0)
    assert found.details["words"] > 0
