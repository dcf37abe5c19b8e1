"""Every installed module, and the sample, keeps the contract: manifest, privacy, translations."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import inspect

from academy.kernel.db import db
from academy.plugins.hookspecs import academy_learner_erase, academy_learner_export
from academy.plugins.manager import ENTRY_POINTS, check, tables_of
from academy.web.catalogs import LANGUAGES, extract, po_file, read_catalog
from tests.factories import create_person
from tests.plugins.subjects import MODULES, PLUGINS, every_module
from tests.sample_module import plugin as sample
from tests.translations import messages_of, missing, text_of, wrong_placeholders

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
    with all_modules_app.app_context():
        assert set(tables_of(module)) <= set(inspect(db.engine).get_table_names())


# --- translations ---------------------------------------------------------------------------------


@every_module
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(module, language):
    catalog = read_catalog(po_file(module.folder / "translations", language), language)
    assert missing(extract(module.folder), catalog) == []
    assert [text_of(row) for row in messages_of(catalog) if row.fuzzy or wrong_placeholders(row)] == []
