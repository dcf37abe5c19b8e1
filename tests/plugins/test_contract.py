"""Every installed module, and the sample, keeps the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import render_template
from marshmallow import ValidationError
from sqlalchemy import inspect
from werkzeug.datastructures import MultiDict

from academy.app import create_app
from academy.kernel.db import db
from academy.kernel.errors import AcademyError
from academy.plugins.contract import CourseModule, ExerciseType, Grade
from academy.plugins.hookspecs import academy_learner_erase, academy_learner_export
from academy.plugins.manager import ENTRY_POINTS, check, discover, tables_of
from academy.web.catalogs import LANGUAGES, extract, po_file
from tests.conftest import make_config
from tests.factories import create_person
from tests.plugins.examples import ANSWERS, specs_of
from tests.sample_module import plugin as sample

PLUGINS = {plugin.academy_course_module().slug: plugin for plugin in (*discover(), sample)}
MODULES: dict[str, CourseModule] = {slug: plugin.academy_course_module() for slug, plugin in PLUGINS.items()}
TYPES: dict[str, ExerciseType] = {
    kind.kind: kind for module in MODULES.values() for kind in module.exercise_types
}
GARBAGE = (
    None, "", " ", "x", "0", "\x00", "\u202e", "a" * 100_000, 0, -1, 1.5, True, False, [], [[]], [None], ["x"], {},
    {"x": 1}, {"turns": "x"}, {"turns": []}, {"document": "x", "ranges": [[0, 1]]}, {"ranges": [[1]]},
    {"document": None, "ranges": [[-1, 10**9]]}, [[0, 5]], {"1": {"2": {"3": []}}}, float("inf"),
    "'; DROP TABLE person; --", "🙂" * 300,
)  # fmt: skip

every_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
every_type = pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)


@pytest.fixture(scope="module")
def all_modules_app(tmp_path_factory):
    """An application with the installed modules and the sample beside them."""
    instance = tmp_path_factory.mktemp("contract")
    app = create_app(
        make_config(instance, database_url=f"sqlite:///{instance}/test.sqlite3"),
        modules=list(PLUGINS.values()),
    )
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@cache
def _examples(kind: ExerciseType) -> list[tuple[Mapping[str, Any], list[Any]]]:
    """Loaded specs with answers in their normal form."""
    found = []
    for _key, raw in specs_of(kind.kind):
        spec = kind.spec_schema().load(raw)
        given = ANSWERS[kind.kind](spec, kind.solution(spec, 1, "vi"))
        found.append((spec, [kind.check_answer(spec, answer) for answer in given]))
    return found


# --- the manifest ---------------------------------------------------------------------------------


def test_the_four_modules_are_installed():
    assert {
        "foreign_languages",
        "information_technology",
        "political_theory",
        "smart_city",
    } <= MODULES.keys(), f"entry points of {ENTRY_POINTS}: {', '.join(MODULES)}"


@every_module
def test_manifest_passes_the_manager(module):
    check(module)


@every_module
def test_texts_are_there_in_three_languages(module):
    texts = [module.title, module.summary, *(stored.purpose for stored in module.stored_data)]
    texts += [kind.title for kind in module.exercise_types] + [title for title, _endpoint in module.links]
    for text in texts:
        assert {"vi", "en", "de"} <= {lang for lang, words in text.items() if words.strip()}, text


@every_module
def test_names_carry_the_slug(module):
    assert all(kind.kind.startswith(f"{module.slug}:") for kind in module.exercise_types)
    assert all(table.startswith(f"{module.slug}_") for table in tables_of(module))
    assert all(job.name.startswith(f"{module.slug}.") for job in module.jobs)
    assert all(str(right).startswith(f"{module.slug}.") for right in module.permissions)
    assert all(endpoint.startswith(f"{module.slug}.") for _title, endpoint in module.links)


@every_module
def test_constraints_and_indexes_have_names_postgresql_can_hold(module):
    for name in tables_of(module):
        table = db.metadata.tables[name]
        for index in table.indexes:
            assert index.name.startswith(("ix_", "uq_")) and len(index.name) <= 63, index.name


@every_module
def test_personal_tables_are_declared(module):
    """A table that points at a person is named in ``stored_data``, with its purpose."""
    declared = {stored.table for stored in module.stored_data}
    for name in tables_of(module):
        targets = {key.column.table.name for key in db.metadata.tables[name].foreign_keys}
        assert "person" not in targets or name in declared, f"{name} holds personal data: say why"


@every_module
def test_who_stores_personal_data_exports_and_erases_it(module):
    if module.stored_data:
        plugin = PLUGINS[module.slug]
        assert hasattr(plugin, academy_learner_export.__name__) and hasattr(
            plugin, academy_learner_erase.__name__
        )


@every_module
def test_export_and_erase_of_somebody_without_data(module, app):
    plugin = PLUGINS[module.slug]
    if not module.stored_data or module is sample.MODULE:
        pytest.skip("stores nothing of persons here")
    person = create_person()
    json.dumps(plugin.academy_learner_export(person_id=person.id))
    plugin.academy_learner_erase(person_id=person.id)


@every_module
def test_links_and_static_files_resolve(module, all_modules_app):
    with all_modules_app.test_request_context():
        for _title, endpoint in module.links:
            assert all_modules_app.url_for(endpoint).startswith(f"/modules/{module.slug}")
    for rule in all_modules_app.url_map.iter_rules():
        owner = rule.endpoint.partition(".")[0]
        if owner in {blueprint.name for blueprint in (module.pages, module.rest) if blueprint}:
            assert rule.rule.startswith((f"/modules/{module.slug}", f"/api/v1/modules/{module.slug}"))


@every_module
def test_every_model_has_its_table(module, all_modules_app):
    assert set(tables_of(module)) <= set(inspect(db.engine).get_table_names())


# --- translations ---------------------------------------------------------------------------------


@every_module
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(module, language):
    path = po_file(module.folder / "translations", language)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    missing = []
    for message in extract(module.folder):
        if not message.id:
            continue
        known = catalog.get(message.id)
        forms = (
            known.string
            if known is not None and isinstance(known.string, tuple)
            else (known and known.string,)
        )
        if known is None or known.fuzzy or not all(forms):
            missing.append(message.id)
            continue
        asked = message.id if isinstance(message.id, str) else message.id[-1]
        for form in forms:
            assert _placeholders(form) == _placeholders(asked), (
                f"{form!r} has other placeholders than {asked!r}"
            )
    assert not missing, f"not translated into {language}: {missing}"


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]", text))


# --- exercise types -------------------------------------------------------------------------------


@every_type
def test_kind_implements_the_protocol_and_has_examples(kind):
    assert isinstance(kind, ExerciseType)
    assert kind.kind in ANSWERS, "add examples to tests/plugins/examples.py"
    assert _examples(kind), "no item of this kind in content/"


@every_type
def test_items_of_the_content_keep_the_schema(kind):
    for key, raw in specs_of(kind.kind):
        try:
            spec = kind.spec_schema().load(raw)
        except ValidationError as error:
            pytest.fail(f"{key}: {error.messages}")
        json.dumps(spec)
        assert kind.spec_schema().load(json.loads(json.dumps(spec))) == spec, f"{key}: loading twice differs"


@every_type
def test_schema_refuses_what_is_no_spec(kind):
    for data in ({}, {"nonsense": 1}, {"text": None}):
        with pytest.raises(ValidationError):
            kind.spec_schema().load(data)


@every_type
@pytest.mark.parametrize("lang", ["vi", "en", "de"])
def test_presenting_is_plain_data_and_always_the_same(kind, lang):
    for spec, _answers in _examples(kind):
        before = json.dumps(spec, sort_keys=True)
        for seed in (0, 1, 2**40):
            first = json.dumps(kind.present(spec, seed, lang), ensure_ascii=False, sort_keys=True)
            assert first == json.dumps(kind.present(spec, seed, lang), ensure_ascii=False, sort_keys=True)
        assert json.dumps(spec, sort_keys=True) == before, "presenting changed the spec"


SECRET_NAMES = {
    "correct", "answer", "answers", "accept", "accepted", "solution", "explanation", "feedback", "debrief",
    "transcript", "targets", "hidden", "hidden_rows", "homophones", "expected",
}  # fmt: skip


@every_type
def test_presenting_and_public_text_betray_nothing(kind):
    for spec, _answers in _examples(kind):
        for lang in ("vi", "en", "de"):
            view, public = kind.present(spec, 7, lang), kind.text(spec, lang)
            assert not SECRET_NAMES & set(_names(view)), "a name in the view says it holds an answer"
            shown = json.dumps(view, ensure_ascii=False)
            for secret in _sentences(kind.solution(spec, 7, lang)):
                if secret not in _document(spec, lang):
                    assert secret not in shown, f"shown before release: {secret}"
                    assert secret not in public, f"found by search before release: {secret}"


def _document(spec: Mapping[str, Any], lang: str) -> str:
    """What an item shows on purpose: the text that is read, the sentence that is counted."""
    document = spec.get("document") or {}
    return f"{document.get(lang) or document.get('vi', '')}\n{spec.get('sentence', '')}"


def _names(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for name, inner in data.items():
            yield str(name)
            yield from _names(inner)
    elif isinstance(data, list | tuple):
        for inner in data:
            yield from _names(inner)


def _sentences(data: Any) -> Iterator[str]:
    """Texts of more than one word inside a solution."""
    if isinstance(data, str):
        if " " in data.strip() and len(data) > 8:
            yield data
    elif isinstance(data, Mapping):
        for inner in data.values():
            yield from _sentences(inner)
    elif isinstance(data, list | tuple):
        for inner in data:
            yield from _sentences(inner)


@every_type
def test_grading_is_bounded_repeatable_and_plain(kind):
    for spec, answers in _examples(kind):
        grades = [kind.grade(spec, answer, 3) for answer in answers]
        for answer, grade in zip(answers, grades, strict=True):
            _sound(grade)
            assert kind.grade(spec, answer, 3) == grade, "the same answer, another grade"
            assert kind.check_answer(spec, json.loads(json.dumps(answer))) == answer, "checking twice differs"
        assert grades[0].score == max(grade.score for grade in grades)
        _sound(kind.grade(spec, None, 3))
        assert kind.grade(spec, None, 3).score == 0


def _sound(grade: Grade) -> None:
    assert isinstance(grade.score, Decimal) and 0 <= grade.score <= 1
    assert grade.score == round(grade.score, 4)
    json.dumps(dict(grade.details))
    for remark in grade.feedback:
        assert remark.tone in {"right", "wrong", "info"}
        assert remark.text.get("vi") and remark.text.get("en")


@every_type
def test_garbage_is_refused_or_graded(kind):
    spec, _answers = _examples(kind)[0]
    for garbage in GARBAGE:
        try:
            answer = kind.check_answer(spec, garbage)
        except AcademyError as error:
            assert error.status in (409, 422)
        else:
            json.dumps(answer)
            _sound(kind.grade(spec, answer, 1))


@every_type
def test_forms_without_fields_are_no_answer(kind):
    assert kind.read_form(MultiDict(), "ex-1") is None
    assert kind.read_form(MultiDict({"ex-2": "x", "other": "y"}), "ex-1") is None


# --- templates ------------------------------------------------------------------------------------


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
    for spec, answers in _examples(kind):
        solution = kind.solution(spec, 5, "vi")
        for answer in (None, *answers):
            for readonly in (False, True):
                html = _render(all_modules_app, kind, spec, answer=answer, readonly=readonly, result=None)
                parsed = _parsed(html)
                assert "<fieldset" in html
                assert readonly or parsed.names, "nothing can be answered"
                assert all(name.startswith("ex-1") for name in parsed.names), parsed.names
                for secret in _sentences(solution):
                    if answer is None and secret not in _document(spec, "vi"):
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
    for spec, answers in _examples(kind):
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
        for spec, _answers in _examples(kind):
            html = render_template(kind.editor, spec=spec, errors={}, name="", languages=("vi", "en", "de"))
            again = kind.read_editor(_parsed(html).fields)
            loaded = kind.spec_schema().load(again)
            assert {name: loaded.get(name) for name in spec} == spec
