"""Every kind of exercise of a course module on the page: each state, plain forms, authoring."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from flask import render_template
from werkzeug.datastructures import MultiDict

from academy.plugins.contract import ExerciseType, Grade
from tests.plugins.subjects import every_type, examples, sentences, shown_on_purpose


class Fields(HTMLParser):
    """What a browser would send of a form, and the ids in it."""

    def __init__(self) -> None:
        super().__init__()
        self.fields = MultiDict()
        self.names: list[str] = []
        self.ids: list[str] = []
        self._area: tuple[str, list[str]] | None = None
        self._select: str | None = None
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if given.get("id"):
            self.ids.append(given["id"])
        name = given.get("name")
        if name and tag in {"input", "textarea", "select"}:
            self.names.append(name)
        if tag == "input" and name and "disabled" not in given:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.fields.add(name, given.get("value") or "")
        elif tag == "textarea" and name:
            self._area = (name, [])
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.fields.add(self._select, given.get("value") or "")
        if tag == "script":
            assert given.get("src"), "scripts are files"
            assert given.get("nonce"), "scripts need the nonce of the page"

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            name, parts = self._area
            self.fields.add(name, "".join(parts).removeprefix("\n"))
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)


def _render(app, kind: ExerciseType, spec: Mapping[str, Any], **context: Any) -> str:
    with app.test_request_context("/courses/x/lessons/y"):
        return render_template(
            kind.template,
            view=kind.present(spec, 5, "vi"),
            name="ex-1",
            lang="vi",
            item={"id": "item", "key": "item", "kind": kind.kind},
            course="x",
            **context,
        )


@every_type
def test_template_in_every_state(kind, all_modules_app):
    for spec, answers in examples(kind):
        solution = kind.solution(spec, 5, "vi")
        for answer in (None, *answers):
            for readonly in (False, True):
                html = _render(all_modules_app, kind, spec, answer=answer, readonly=readonly, result=None)
                parsed = _parsed(html)
                assert "<fieldset" in html
                assert readonly or parsed.names, "nothing can be answered"
                assert all(name.startswith("ex-1") for name in parsed.names), parsed.names
                for secret in sentences(solution):
                    if answer is None and secret not in shown_on_purpose(spec, "vi"):
                        assert secret not in html
            grade = kind.grade(spec, answer, 5)
            for released in (solution, {"explanation": solution.get("explanation", "")}, {}):
                for shown in (grade, Grade(score=grade.score), Grade(score=Decimal(0), pending=True), None):
                    result = {"grade": shown, "solution": released}
                    _parsed(_render(all_modules_app, kind, spec, answer=answer, readonly=True, result=result))


def _parsed(html: str) -> Fields:
    parsed = Fields()
    parsed.feed(html)
    assert not parsed.inline, f"inline style or handler: {parsed.inline}"
    assert len(parsed.ids) == len(set(parsed.ids)), "an id stands twice"
    return parsed


@every_type
def test_form_without_scripts_gives_the_answer_back(kind, all_modules_app):
    """What the template shows of a stored answer is, sent again unchanged, the same answer."""
    for spec, answers in examples(kind):
        for answer in answers:
            html = _render(all_modules_app, kind, spec, answer=answer, readonly=False, result=None)
            given = kind.read_form(_parsed(html).fields, "ex-1")
            assert kind.check_answer(spec, given) == answer


@every_type
def test_authoring_form_takes_nothing_and_gives_back_what_it_shows(kind, all_modules_app):
    with all_modules_app.test_request_context("/studio"):
        render_template(kind.editor, spec={}, errors={}, name="", languages=("vi", "en", "de"))
        render_template(
            kind.editor, spec={}, errors={"text": ["Thiếu."]}, name="", languages=("vi", "en", "de")
        )
        for spec, _answers in examples(kind):
            html = render_template(kind.editor, spec=spec, errors={}, name="", languages=("vi", "en", "de"))
            again = kind.read_editor(_parsed(html).fields)
            loaded = kind.spec_schema().load(again)
            assert {name: loaded.get(name) for name in spec} == spec
