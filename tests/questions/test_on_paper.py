"""Items on paper: options in the order of the screen, letters that fit, a key for the marker only."""

from __future__ import annotations

import pytest

from academy.plugins.contract import Printed
from academy.questions.on_paper import letter
from academy.questions.registry import CORE_TYPES, MissingType, printed
from tests.questions.specs import ALL, both

KINDS = {kind.kind: kind for kind in CORE_TYPES}


def loaded(kind: str):
    return KINDS[kind].spec_schema().load(ALL[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["vi", "en", "de"])
def test_every_core_kind_prints_the_same_for_the_same_seed(kind, lang):
    spec = loaded(kind)
    sheet = KINDS[kind].print(spec, 11, lang)
    assert sheet == KINDS[kind].print(spec, 11, lang)
    assert sheet.text and sheet.hint and sheet.key
    public = "\n".join([sheet.text, sheet.hint, *sheet.choices, *sheet.rows, *sheet.bank])
    assert "EXPLANATION" not in public and "FEEDBACK" not in public


@pytest.mark.parametrize("kind", ["single", "multiple"])
@pytest.mark.parametrize("seed", [0, 3, 2**40])
def test_letters_of_the_key_are_those_of_the_right_options(kind, seed):
    spec = loaded(kind)
    sheet = KINDS[kind].print(spec, seed, "vi")
    shown = KINDS[kind].present(spec, seed, "vi")["options"]
    assert list(sheet.choices) == [option["text"] for option in shown]
    right = {option["text"]["vi"] for option in spec["options"] if option["correct"]}
    marked = {sheet.choices["ABCDEFG".index(name)] for name in sheet.key[0].split(", ")}
    assert marked == right


def test_true_or_false():
    sheet = KINDS["truefalse"].print(loaded("truefalse"), 1, "vi")
    assert (sheet.choices, sheet.key) == (("Đúng", "Sai"), ("A",))


def test_matching_names_lines_by_number_and_what_belongs_to_them_by_letter():
    sheet = KINDS["matching"].print(loaded("matching"), 5, "vi")
    pairs = {pair["left"]["vi"]: pair["right"]["vi"] for pair in ALL["matching"]["pairs"]}
    assert len(sheet.choices) == 4, "the distractor is among them"
    for line in sheet.key:
        number, name = line.split(" – ")
        left = next(row for row in sheet.rows if row.startswith(f"{number}. ")).removeprefix(f"{number}. ")
        assert sheet.choices["ABCD".index(name)] == pairs[left]


def test_ordering_gives_the_letters_in_the_right_order():
    sheet = KINDS["ordering"].print(loaded("ordering"), 5, "vi")
    ordered = [sheet.choices["ABCDEF".index(name)] for name in sheet.key[0].split(" – ")]
    assert ordered == [step["text"]["vi"] for step in ALL["ordering"]["steps"]]


def test_numbers_are_written_as_the_language_writes_them():
    spec = loaded("numeric")
    assert KINDS["numeric"].print(spec, 1, "vi").key == ("97,4 % (± 0,05)",)
    assert KINDS["numeric"].print(spec, 1, "en").key == ("97.4 % (± 0.05)",)


def test_gaps_are_numbered_and_their_lists_stand_behind_them():
    sheet = KINDS["cloze"].print(loaded("cloze"), 3, "vi")
    for gap in ALL["cloze"]["gaps"]:
        behind = sheet.text.partition(f"({gap['id']}) ____")[2]
        assert behind.startswith(" [") == ("options" in gap)
        assert all(option["text"]["vi"] in behind for option in gap.get("options", ()))
        assert any(line.startswith(f"({gap['id']}) ") for line in sheet.key)
    assert not sheet.bank


def test_a_kind_that_is_not_installed_says_so_on_paper(app):
    sheet = printed("gone:kind", {"text": both("x")}, 1, "vi")
    assert "gone:kind" in sheet.text and "chưa được cài đặt" in sheet.text and sheet.lines


def test_a_kind_that_fails_to_print_leaves_its_words_and_room(app, monkeypatch):
    def fail(self, spec, seed, lang):
        raise RuntimeError

    monkeypatch.setattr(MissingType, "print", fail)
    monkeypatch.setattr(MissingType, "text", lambda self, spec, lang: "Nói gì đi")
    assert printed("gone:kind", {}, 1, "vi") == Printed(text="Nói gì đi", lines=6)


def test_letters_go_on_after_z():
    assert [letter(index) for index in (0, 25, 26, 51)] == ["A", "Z", "A1", "Z1"]
