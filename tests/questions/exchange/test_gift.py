"""GIFT: agreement with an independent parser's results, and cases of our own for every sign of the format."""

from __future__ import annotations

import html
import json
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from academy.config import PROJECT_ROOT
from academy.questions.exchange.gift import read_gift
from academy.questions.exchange.gift_writing import write_gift
from academy.questions.exchange.markup import plain_text, to_markdown
from academy.questions.exchange.neutral import (
    Choice,
    Essay,
    Number,
    Pairs,
    Question,
    Refused,
    Truth,
    Typed,
)

FIXTURES = Path(os.environ.get("ACADEMY_FIXTURES") or PROJECT_ROOT / ".." / "shared" / "fixtures") / "gift"
CASES = sorted(path.stem for path in FIXTURES.glob("*.gift"))
KINDS = {"MC": Choice, "TF": Truth, "Short": Typed, "Numerical": Number, "Matching": Pairs, "Essay": Essay}


def one(text: str) -> Question:
    [question] = read_gift(text.encode()).questions
    return question


# --- an independent parser's results --------------------------------------------------------------


@pytest.mark.skipif(not CASES, reason="the GIFT fixtures are not beside this checkout (ACADEMY_FIXTURES)")
@pytest.mark.parametrize("name", CASES or ["none"])
def test_agrees_with_an_independent_parser(name):
    expected = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    expected = [entry for entry in expected if entry["type"] != "Category"]
    questions = read_gift((FIXTURES / f"{name}.gift").read_bytes()).questions
    assert len(questions) == len(expected)
    for question, entry in zip(questions, expected, strict=True):
        assert question.name == (entry["title"] or "")
        assert question.key == (entry["id"] or "") and list(question.tags) == (entry["tags"] or [])
        assert same(question.text, entry["stem"])
        assert same(question.explanation, entry.get("globalFeedback"))
        if entry["type"] == "Description":
            assert isinstance(question.body, Refused) and question.body.why.code == "description"
        else:
            assert isinstance(question.body, KINDS[entry["type"]])
            BODIES[entry["type"]](question.body, entry)


def words(text: str, form: str) -> str:
    """Letters and digits alone: what two notations of one text have in common."""
    if form == "html":
        text = to_markdown(text)
    text = re.sub(r"<[^<>]+>", "", html.unescape(plain_text(text) if form in ("html", "markdown") else text))
    return "".join(re.findall(r"[^\W_]|[=~#{}:.,?!%<>]", text))


def same(text: str, expected: dict | None) -> bool:
    if expected is None:
        return text == ""
    return words(plain_text(text), "plain") == words(expected["text"], expected["format"])


def check_choice(body: Choice, entry: dict) -> None:
    assert body.many == all(not row["isCorrect"] for row in entry["choices"])
    for option, row in zip(body.options, entry["choices"], strict=True):
        assert same(option.text, row["text"]) and same(option.feedback, row["feedback"])
        weight = row["weight"] if row["weight"] is not None else (100 if row["isCorrect"] else 0)
        assert float(option.weight) == float(weight)


def check_truth(body: Truth, entry: dict) -> None:
    """The other parser calls the first feedback that for true. By the format it is that for the wrong answer
    (``{TRUE#wrong#right}``), which is the same only where the statement is false: places are compared."""
    assert body.answer == entry["isTrue"]
    wrong, right = (body.on_false, body.on_true) if body.answer else (body.on_true, body.on_false)
    assert same(wrong, entry.get("trueFeedback")) and same(right, entry.get("falseFeedback"))


def check_typed(body: Typed, entry: dict) -> None:
    for accepted, row in zip(body.accepted, entry["choices"], strict=True):
        assert words(accepted.text, "plain") == words(row["text"]["text"], "plain") or accepted.pattern
        assert float(accepted.weight) == float(100 if row["weight"] is None else row["weight"])
        assert same(accepted.feedback, row["feedback"])


def check_number(body: Number, entry: dict) -> None:
    rows = (
        entry["choices"]
        if isinstance(entry["choices"], list)
        else [{"text": entry["choices"], "weight": None}]
    )
    for amount, row in zip(body.answers, rows, strict=True):
        told = row["text"]
        if told["type"] == "high-low":
            high, low = Decimal(str(told["numberHigh"])), Decimal(str(told["numberLow"]))
            assert (
                Decimal(amount.answer) == (high + low) / 2 and Decimal(amount.tolerance) == (high - low) / 2
            )
        else:
            assert float(amount.answer) == float(told["number"])
            assert float(amount.tolerance) == float(told.get("range") or 0)
        assert float(amount.weight) == float(100 if row["weight"] is None else row["weight"])


def check_pairs(body: Pairs, entry: dict) -> None:
    rows = [(row["subquestion"], row["subanswer"]) for row in entry["matchPairs"]]
    whole = [row for row in rows if row[0]["text"]]
    assert len(body.pairs) == len(whole)
    for (left, right), (question, answer) in zip(body.pairs, whole, strict=True):
        assert same(left, question) and right == answer
    assert list(body.distractors) == [answer for question, answer in rows if not question["text"]]


BODIES = {
    "MC": check_choice,
    "TF": check_truth,
    "Short": check_typed,
    "Numerical": check_number,
    "Matching": check_pairs,
    "Essay": lambda body, entry: None,
}


# --- our own --------------------------------------------------------------------------------------


def test_options_with_weights_and_feedback():
    body = one(
        "::T:: Chọn {\n~%-50%sai # không\n~%50%[html]<b>đúng</b> một#có\n~%50%đúng hai\n####chung}"
    ).body
    assert body.many and [float(option.weight) for option in body.options] == [-50, 50, 50]
    assert [option.text for option in body.options] == ["sai", "**đúng** một", "đúng hai"]
    assert [option.feedback for option in body.options] == ["không", "có", ""]


def test_one_right_with_part_of_the_marks_for_another():
    body = one("Q {=a ~%50%b ~c}").body
    assert not body.many and [float(option.weight) for option in body.options] == [100, 50, 0]


def test_every_escape():
    question = one(r"::a\:b:: Dấu \{1\} \# \~ \= \: \\ {=\=\~\#\{\}\:\\ ~b#c\#d}")
    assert question.name == "a:b" and plain_text(question.text) == "Dấu {1} # ~ = : \\"
    first, second = question.body.options
    assert plain_text(first.text) == "=~#{}:\\" and second.feedback == "c#d"


def test_statements_and_their_two_feedbacks():
    assert one("x {T}").body == Truth(answer=True)
    assert one("x {F#sai#đúng}").body == Truth(answer=False, on_true="sai", on_false="đúng")
    assert one("x {true#sai#đúng####chung}").body == Truth(answer=True, on_true="đúng", on_false="sai")
    assert one("x {true####chung}").explanation == "chung"


@pytest.mark.parametrize(
    ("text", "answer", "tolerance"),
    [("#3:2", "3", "2"), ("#3..5", "4", "1"), ("#-5..5", "0", "5"), ("#1e2:0.5", "100", "0.5"), ("#.5", "0.5", "0"), ("#5..3", "4", "1")],
)  # fmt: skip
def test_numbers_and_ranges(text, answer, tolerance):
    [amount] = one(f"x {{{text}}}").body.answers
    assert (amount.answer, amount.tolerance) == (answer, tolerance)


def test_several_numbers_with_part_of_the_marks():
    body = one("x {#=1822:0#đúng =%50%1822:2#gần ~*#xa}").body
    assert [(a.answer, a.tolerance, float(a.weight), a.feedback) for a in body.answers[:1]] == [
        ("1822", "0", 100, "đúng")
    ]
    assert float(body.answers[1].weight) == 50


def test_missing_words_essays_and_texts():
    assert one("Thủ đô là {=Hà Nội} của nước ta.").text == "Thủ đô là _____ của nước ta."
    assert one("Viết {}").body == Essay()
    assert one("Chỉ là lời dẫn.").body.why.code == "description"


def test_matching_with_a_right_side_that_belongs_to_none():
    body = one("x {=a -> 1 =b -> 2 = -> 3}").body
    assert body == Pairs(pairs=(("a", "1"), ("b", "2")), distractors=("3",))


def test_categories_and_comments():
    text = (
        "// [id:q1] [tag:luật] [tag:academy.outcome=o2]\n$CATEGORY: $course$/top/Chương 1/Bài//mục\n\n"
        "// [id:q2] [tag:academy.difficulty=4]\na {T}\n\n$CATEGORY: Khác\nb {F}\n"
    )
    first, second = read_gift(text.encode()).questions
    assert (first.category, first.key, first.settings) == ("Chương 1/Bài/mục", "q2", {"difficulty": "4"})
    assert second.category == "Khác" and second.line > first.line


def test_files_of_windows_and_of_old():
    vietnamese = "Đúng không? {T}"
    for encoding in ("utf-8-sig", "utf-16"):
        assert read_gift(vietnamese.encode(encoding)).questions[0].text == "Đúng không?"
    reading = read_gift("¿Qué es “esto”? {T}".encode("cp1252"))
    assert reading.questions[0].text == "¿Qué es “esto”?" and reading.notes[0].code == "cp1252"
    assert read_gift(b"a {T}\r\n\r\nb {F}\r").questions[1].body == Truth(answer=False)


def test_an_empty_line_among_answers_parts_nothing_and_an_open_brace_swallows_nothing():
    assert len(one("a {=1\n\n~2}").body.options) == 2
    first, second = read_gift(b"a {=1 ~2\n\nb {T}").questions
    assert first.body.why.code == "syntax" and second.body == Truth(answer=True)
    assert (first.line, second.line) == (1, 3)


@pytest.mark.parametrize("text", ["a {#x}", "a {=b ->}", "a {~%200%b}", "a }{", "a {#}", "a {=}"])
def test_what_cannot_be_read_is_refused_with_its_line(text):
    first, second = read_gift(f"{text}\n\nb {{T}}".encode()).questions
    assert isinstance(first.body, Refused) and first.line == 1
    assert second.body == Truth(answer=True)


def test_a_long_file_is_read_in_time():
    text = "\n\n".join(f"::q{n}:: Câu {n} {{\n=đúng\n\n~sai}}" for n in range(3000))
    assert len(read_gift(text.encode()).questions) == 3000
    assert len(read_gift(("{" * 5000).encode()).questions) == 1


def test_what_is_written_names_its_format_only_where_it_must():
    plain, formatted = one("a {T}"), one("[markdown]**a** {T}")
    assert (
        b"[markdown]" not in write_gift([plain]).data and b"[markdown]**a**" in write_gift([formatted]).data
    )
    assert b"[markdown]" in write_gift([one("[plain]<b>a</b> {T}")]).data
