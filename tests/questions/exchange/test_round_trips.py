"""In, out and in again: nothing is lost that a format can carry; what is lost is told."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.unmapping import from_item
from tests.questions.exchange.banks import item, questions, spec_of, there_and_back, wanted, with_its_ids
from tests.questions.specs import ALL, option

CORE = {"single", "multiple", "truefalse", "short", "numeric", "matching", "ordering", "cloze"}
RICH = CORE | {"extended", "file", "calculated", "matrix", "placing", "hotspot"}
CARRIES = {
    "gift": CORE - {"ordering", "cloze"} | {"extended"},
    "aiken": {"single"},
    "moodle": RICH,
    "qti30": RICH,
    "qti22": RICH,
}
LOSES = {
    ("gift", "numeric"): {"unit"},
    ("gift", "extended"): {"rubric", "rubric_shown", "words", "model"},
}


@pytest.mark.parametrize("form", [name for name in CARRIES if name != "aiken"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_kind_comes_back_as_it_went(app, form, lang):
    back = there_and_back(form, questions(lang), lang)
    assert {key.removeprefix("k-") for key in back} == CARRIES[form]
    for key, question in back.items():
        kind, spec = spec_of(question, lang)
        lost = LOSES.get((form, kind), set())
        assert f"k-{kind}" == key
        right = wanted(kind, lang)
        kept = {name: value for name, value in with_its_ids(right, spec, lang).items() if name not in lost}
        assert kept == {name: value for name, value in right.items() if name not in lost}
        assert (question.settings["lesson"], question.settings["outcome"]) == ("bai-mot", "o1")
        assert question.settings["difficulty"] == "3"


@pytest.mark.parametrize("form", CARRIES)
def test_what_a_format_cannot_ask_is_told(app, form):
    written = FORMATS[form].write(questions(), "vi")
    for kind in ALL:
        codes = {note.code for note in written.notes.get(f"k-{kind}", ())}
        assert ("format_kind" in codes) == (kind not in CARRIES[form]), kind


def test_aiken_carries_words_and_the_right_letter_alone(app):
    [question] = there_and_back("aiken", questions()).values()
    _kind, spec = spec_of(question)
    assert spec["text"] == wanted("single")["text"] and "explanation" not in spec
    assert [(row["text"], row["correct"]) for row in spec["options"]] == [
        (row["text"], row["correct"]) for row in wanted("single")["options"]
    ]
    written = FORMATS["aiken"].write(questions(), "vi")
    lost = {note.params["what"] for note in written.notes["k-single"]}
    assert lost == {"#identity", "#explanation", "#feedback"}


@pytest.mark.parametrize("form", ["moodle", "qti30", "qti22"])
@pytest.mark.parametrize(
    ("kind", "rule"),
    [("multiple", "all_or_nothing"), ("matching", "all_or_nothing"), ("ordering", "positions"),
     ("ordering", "all_or_nothing"), ("cloze", "all_or_nothing")],
)  # fmt: skip
def test_rules_of_credit_come_back(app, form, kind, rule):
    spec = ALL[kind] | {"credit": rule}
    back = there_and_back(form, [from_item(item("k", kind, spec), "vi")])
    assert spec_of(back["k"]) == (kind, wanted(kind, spec=spec))


def test_a_question_of_another_language_or_module_is_not_written(app):
    vietnamese = ALL["truefalse"] | {"text": {"vi": "Chỉ tiếng Việt"}, "explanation": {"vi": "Vì vậy."}}
    written = FORMATS["moodle"].write([from_item(item("k", "truefalse", vietnamese), "en")], "en")
    assert [note.code for note in written.notes["k"]] == ["not_written"]
    assert FORMATS["moodle"].read(written.data, "en").questions == ()


# --- properties -----------------------------------------------------------------------------------

# letters, signs that mean something somewhere, and what is typed decomposed
SIGNS = "aBđỄ ýế01.,:;!?~=#{}\\%<>&\"'*_`[]()$|/-+^@\n"
TEXTS = (
    st.text(alphabet=SIGNS, min_size=1, max_size=40)
    .map(lambda text: unicodedata.normalize("NFC", " ".join(text.split())))
    .filter(lambda text: any(letter.isalnum() for letter in text))
)


@st.composite
def choices(draw) -> tuple[str, dict]:
    texts = draw(st.lists(TEXTS, min_size=2, max_size=5, unique=True))
    right = draw(st.integers(0, len(texts) - 1))
    rows = [
        {"id": chr(97 + index), "text": {"vi": text}, "correct": index == right}
        | ({"feedback": {"vi": draw(TEXTS)}} if draw(st.booleans()) else {})
        for index, text in enumerate(texts)
    ]
    return "single", {"text": {"vi": draw(TEXTS)}, "options": rows, "explanation": {"vi": draw(TEXTS)}}


@st.composite
def numbers(draw) -> tuple[str, dict]:
    number = st.decimals(-10_000, 10_000, allow_nan=False, places=3)
    return "numeric", {
        "text": {"vi": draw(TEXTS)},
        "answer": str(draw(number)),
        "tolerance": str(abs(draw(number))),
    }


@st.composite
def words(draw) -> tuple[str, dict]:
    accept = st.lists(
        st.text("aBđỄ 01=~#{}:\\%<>&", min_size=1, max_size=20),
        min_size=1,
        max_size=3,
        unique_by=lambda word: " ".join(word.split()),
    )
    return "short", {
        "text": {"vi": draw(TEXTS)},
        "accept": {"vi": draw(accept.filter(lambda words: all(word.strip() for word in words)))},
        "accents": draw(st.sampled_from(["ignore", "require"])),
    }


def as_markdown(value):
    """The spec with its texts as the importer writes plain text: signs that Markdown would read are escaped."""
    from academy.questions.exchange.markup import escape_markdown

    if isinstance(value, dict):
        if set(value) == {"vi"} and isinstance(value["vi"], str):
            return {"vi": escape_markdown(value["vi"])}
        return {name: as_markdown(inner) for name, inner in value.items()}
    return [as_markdown(inner) for inner in value] if isinstance(value, list) else value


def plain(value) -> str:
    """All texts of a spec, one after the other."""
    if isinstance(value, dict):
        value = value.values()
    return (
        value
        if isinstance(value, str)
        else "\n".join(map(plain, value))
        if not isinstance(value, bool)
        else ""
    )


@pytest.mark.parametrize("form", ["gift", "moodle", "qti30"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.one_of(choices(), numbers(), words()))
def test_any_text_survives(app, form, drawn):
    kind, spec = drawn
    spec = as_markdown(spec)
    asked = item("k", kind, spec)
    back = there_and_back(form, [from_item(asked, "vi")])["k"]
    found, came = spec_of(back)
    expected = wanted(kind, spec=spec)
    if kind == "numeric":
        for name in ("answer", "tolerance"):
            assert float(came.pop(name)) == float(expected.pop(name))
    assert found == kind and came == expected


def test_formatted_texts_survive(app):
    text = "Một **hai** *ba* `bốn`\n\n- a\n- b\n\n| x | y |\n| --- | --- |\n| 1 | 2 |\n\n$a^2 + b^2$ và [liên kết](<https://example.org/a>)"
    spec = {
        "text": {"vi": text},
        "options": [option("a", "x", correct=True), option("b", "y")],
    }
    for row in spec["options"]:
        row["text"] = {"vi": f"**{row['text']['vi']}**"}
    for form in ("gift", "moodle", "qti30"):
        back = there_and_back(form, [from_item(item("k", "single", spec), "vi")])["k"]
        assert spec_of(back)[1] == wanted("single", spec=spec), form


def test_names_are_composed(app):
    decomposed = unicodedata.normalize("NFD", "Điều kiện hưởng trợ cấp")
    gift = f"::{decomposed}::{decomposed}? {{=Có ~Không}}".encode()
    [question] = FORMATS["gift"].read(gift, "vi").questions
    assert spec_of(question)[1]["text"]["vi"] == unicodedata.normalize("NFC", decomposed + "?")
