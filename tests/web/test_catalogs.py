"""The catalogs say everything that the sources say, in every language of the interface."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from academy.web import catalogs
from tests.translations import forms_of, messages_of, missing, text_of, wrong_placeholders

PACKAGES = {source.name: (source, folder) for source, folder in catalogs.packages()}
NUMBER_OF_FORMS = {"vi": 1, "de": 2}


@pytest.fixture(scope="module", params=sorted(PACKAGES))
def package(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def messages(package: str) -> Catalog:
    """What the package's sources say today."""
    return catalogs.extract(PACKAGES[package][0])


@pytest.fixture(params=catalogs.LANGUAGES)
def language(request) -> str:
    return request.param


def translated(package: str, language: str) -> Catalog:
    return catalogs.read_catalog(catalogs.po_file(PACKAGES[package][1], language), language)


def test_every_package_has_messages(messages):
    assert len(messages) > 0


def test_every_message_is_translated(package, messages, language):
    assert missing(messages, translated(package, language)) == []


def test_catalogs_hold_nothing_that_the_sources_no_longer_say(package, messages, language):
    stale = [text_of(row) for row in messages_of(translated(package, language)) if row.id not in messages]
    assert stale == [], "python -m academy.web.catalogs extract"


def test_no_translation_is_a_guess(package, language):
    assert [text_of(row) for row in messages_of(translated(package, language)) if row.fuzzy] == []


def test_translations_have_the_forms_of_their_language(package, language):
    for message in messages_of(translated(package, language)):
        assert len(forms_of(message)) == (NUMBER_OF_FORMS[language] if message.pluralizable else 1), text_of(message)


def test_translations_ask_for_the_values_of_their_message(package, language):
    assert [text_of(row) for row in messages_of(translated(package, language)) if wrong_placeholders(row)] == []


def test_translations_are_composed_and_tidy(package, language):
    for message in messages_of(translated(package, language)):
        for form in forms_of(message):
            assert unicodedata.is_normalized("NFC", form), form
            assert form == form.strip() and "  " not in form, form


def test_one_message_reads_the_same_in_every_package(language):
    """All catalogs are merged into one: a module's word would take the place of the core's on every page."""
    said: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for package in PACKAGES:
        for message in messages_of(translated(package, language)):
            said[text_of(message)][package] = forms_of(message)
    assert {text: by for text, by in said.items() if len({tuple(forms) for forms in by.values()}) > 1} == {}


@pytest.fixture
def small_package(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "page.py").write_text('_("Save")\n_n("%(num)s lesson", "%(num)s lessons", n)\n', encoding="utf-8")
    templates = tmp_path / "templates" / "small"
    templates.mkdir(parents=True)
    (templates / "page.html").write_text('{{ _("Lesson %(n)s", n=1) }}', encoding="utf-8")
    catalogs.update(tmp_path, tmp_path / "translations")
    return tmp_path, tmp_path / "translations"


def test_code_and_templates_are_both_extracted(small_package):
    source, folder = small_package
    catalog = catalogs.read_catalog(catalogs.po_file(folder, "de"), "de")
    assert sorted(missing(catalogs.extract(source), catalog)) == ["%(num)s lesson", "Lesson %(n)s", "Save"]


def test_half_of_the_forms_is_not_a_translation(small_package):
    source, folder = small_package
    catalog = catalogs.read_catalog(catalogs.po_file(folder, "de"), "de")
    catalog[("%(num)s lesson", "%(num)s lessons")].string = ("%(num)s Lektion", "")
    catalog["Save"].string = "Speichern"
    assert sorted(missing(catalogs.extract(source), catalog)) == ["%(num)s lesson", "Lesson %(n)s"]


@pytest.mark.parametrize(
    ("form", "is_wrong"), [("Lektion %(n)s", False), ("Lektion", True), ("Lektion %(m)s", True), ("%(n)s %(n)s", True)]
)
def test_placeholders_are_compared(form, is_wrong):
    assert wrong_placeholders(Message("Lesson %(n)s", string=form)) is is_wrong


def test_updating_keeps_translations_and_drops_what_is_gone(small_package):
    source, folder = small_package
    path = catalogs.po_file(folder, "vi")
    catalog = catalogs.read_catalog(path, "vi")
    catalog["Save"].string = "Lưu"
    with path.open("wb") as file:
        catalogs.write_po(file, catalog)
    (source / "page.py").write_text('_("Save")\n', encoding="utf-8")

    catalogs.update(source, folder)
    once = path.read_bytes()
    catalogs.update(source, folder)

    after = catalogs.read_catalog(path, "vi")
    assert after["Save"].string == "Lưu"
    assert sorted(text_of(row) for row in messages_of(after)) == ["Lesson %(n)s", "Save"]
    assert path.read_bytes() == once
