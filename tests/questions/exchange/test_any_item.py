"""Any item of any kind in any format: what comes back is what went, or differs just as the report says."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from academy.kernel.errors import Invalid
from academy.questions.exchange.exporting import REFUSALS
from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.markup import plain_text, to_html
from academy.questions.exchange.merging import merged, renamed
from academy.questions.exchange.pictures import Known, packed, shelf_of, taken_in
from academy.questions.exchange.unmapping import from_item
from academy.questions.services import checked_spec
from tests.questions.exchange.banks import SVG, item
from tests.questions.exchange.generated import ITEMS, NAME
from tests.questions.exchange.test_round_trips import CARRIES

SHELF = shelf_of([Known("media/so-do.svg", NAME)])


def went_and_came(form: str, kind: str, spec: dict) -> tuple[dict, dict | None, set[tuple[str, str]]]:
    """The spec that went, the one that came back (None: left out), and what the reports of both ways said."""
    row = item("k", kind, spec)
    question = from_item(row, "vi")
    if FORMATS[form].carries_files:
        question = packed(question, lambda _name: SVG, lambda _path: SVG)
    written = FORMATS[form].write([question], "vi")
    told = [*written.notes.get("k", ()), *question.notes]
    [*read] = FORMATS[form].read(written.data, "vi").questions
    codes = {(note.code, str(note.params.get("what", ""))) for note in told}
    if not read:
        assert any(code in REFUSALS for code, _what in codes)
        return row.version.spec, None, codes
    [back] = read
    came_as, came, notes = to_spec(back, "vi")
    assert came_as == kind
    came, media, more = taken_in(came, back.files, "khoa", shelf=lambda: SHELF)
    assert not media
    came = merged(row.version.spec, renamed(row.version.spec, checked_spec(kind, came, ("vi",))), "vi")
    # what is told on the way in is told of files of others: of our own there is nothing left to tell
    assert not [note.code for note in (*back.notes, *notes, *more)], (back.notes, notes, more)
    return row.version.spec, came, codes


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: mapped(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [mapped(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def words_alone(value: Any) -> Any:
    return mapped(value, lambda text: " ".join(plain_text(text).split()))


def without(row: dict, *names: str) -> dict:
    return {name: value for name, value in row.items() if name not in names}


def numbers_of(spec: dict) -> list[dict]:
    found = [spec] if "answer" in spec and "tolerance" in spec else []
    return [
        *found,
        *spec.get("answers", ()),
        *(gap["number"] for gap in spec.get("gaps", ()) if "number" in gap),
    ]


def as_told(spec: dict, codes: set[tuple[str, str]], form: str) -> dict:
    """The spec with exactly those differences that the report names."""
    spec = copy.deepcopy(spec)
    said = {code for code, _what in codes}
    lost = {what for code, what in codes if code == "lost"}
    for row in numbers_of(spec):
        if "percent" in said and row.get("tolerance_as") == "percent":
            wide = abs(Decimal(row["answer"])) * Decimal(row["tolerance"]) / 100
            row["tolerance"] = f"{wide.normalize():f}"
            del row["tolerance_as"]
        if "figures" in said and row.get("tolerance_as") == "figures":
            row["tolerance"] = "0"
            del row["tolerance_as"]
        if "gap_unit" in said and "answer" in row and row is not spec:
            row.pop("unit", None)
    if "#unit" in lost:
        spec = without(spec, "unit", "units", "unit_penalty")
    if "units" in said:
        base = next(row["name"] for row in spec["units"] if row["factor"] == "1")
        spec = without(spec, "units", "unit_penalty") | {"unit": base}
    spec = without(spec, *(name[1:] for name in lost & {"#words", "#model", "#rubric"}))
    if "rubric_shown" in spec and "rubric" not in spec:
        spec["rubric_shown"] = "never"
    return _gaps_as_told(spec, said, lost) if "gaps" in spec else spec


def _gaps_as_told(spec: dict, said: set[str], lost: set[str]) -> dict:
    whole = [int(Decimal(gap.get("weight", "1")) * 100) for gap in spec["gaps"]]
    share = math.gcd(*whole)
    for gap, weight in zip(spec["gaps"], whole, strict=True):
        if "gap_feedback" in said:
            gap.pop("feedback", None)
        if "bank" in said and "word" in gap:
            word = gap.pop("word")
            gap["options"] = [
                {"id": chr(97 + n), "text": entry["text"], "correct": entry["id"] == word}
                for n, entry in enumerate(spec["bank"])
            ]
        if "gap_scaled" in said:
            gap.pop("weight", None)
            if weight != share:
                gap["weight"] = str(weight // share)
        if "#feedback" in lost:
            gap["options"] = [without(row, "feedback") for row in gap.get("options", ())]
            if not gap["options"]:
                del gap["options"]
    return without(spec, "bank") if "bank" in said else spec


def settled(value: Any) -> Any:
    """Numbers in one form: a weight of 1 and one that is not named are one, and so are 2 and 2.0."""
    if isinstance(value, dict):
        found = {name: settled(inner) for name, inner in value.items()}
        for name in ("weight", "tolerance", "answer"):
            if isinstance(found.get(name), str):
                number = Decimal(found[name])
                found[name] = f"{number.normalize():f}"
        return without(found, "weight") if found.get("weight") == "1" and "correct" not in found else found
    return [settled(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("form", CARRIES)
@pytest.mark.parametrize("kind", ITEMS)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_what_comes_back_is_what_went_or_differs_as_the_report_says(app, form, kind, data):
    kind, spec = data.draw(ITEMS[kind])
    try:
        checked_spec(kind, copy.deepcopy(spec), ("vi",))
    except Invalid:
        assume(False)
    if form == "aiken":
        written = FORMATS[form].write([from_item(item("k", kind, spec), "vi")], "vi")
        assert ("format_kind" in {note.code for note in written.notes["k"]}) == (kind not in CARRIES[form])
        return
    went, came, codes = went_and_came(form, kind, spec)
    assert (came is None) == (kind not in CARRIES[form])
    if came is None:
        return
    expected, came = settled(as_told(went, codes, form)), settled(came)
    if ("plain", "") in codes:
        expected, came = words_alone(expected), words_alone(came)
    # the same text may be escaped in two ways
    assert came == expected or mapped(came, to_html) == mapped(expected, to_html), codes
