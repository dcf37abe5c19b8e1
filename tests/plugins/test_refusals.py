"""A module that breaks the contract stops the start, with one line that names it and the rule."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint

from academy.app import create_app
from academy.kernel.authorization import Permission, Role
from academy.plugins import manager
from academy.plugins.contract import CONTRACT, Job, StoredData
from academy.plugins.manager import ModuleRefused, Modules, discover
from academy.sdk import hookimpl
from tests.conftest import make_config
from tests.sample_module import plugin as sample
from tests.sample_module.counting import Counting


def make_plugin(name: str = "strange", **changes: Any) -> ModuleType:
    """A plugin whose manifest is the sample's with changes."""
    plugin = ModuleType(name)
    manifest = replace(sample.MODULE, **changes)

    @hookimpl
    def academy_course_module():
        return manifest

    plugin.academy_course_module = academy_course_module
    return plugin


def bare(**changes: Any) -> dict[str, Any]:
    """A manifest with nothing in it but its name, so that one rule at a time can break."""
    empty = dict.fromkeys(("exercise_types", "permissions", "jobs", "stored_data", "links"), ())
    return empty | {"pages": None, "rest": None, "cli": None, "content": None, "package": "tests.plugins"} | changes


class OtherKind(Counting):
    kind = "counting"


class HalfKind:
    kind = "sample_module:half"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"contract": CONTRACT + 1}, f"written for contract {CONTRACT + 1}, this academy speaks {CONTRACT}"),
        (bare(slug="Sample-Module"), "the slug must be lower-case words joined by _"),
        ({"title": {"en": "Sample"}}, "title and summary need Vietnamese text"),
        ({"exercise_types": (OtherKind(),)}, "exercise kind counting must start with sample_module:"),
        (
            {"exercise_types": (HalfKind(),)},
            "exercise kind sample_module:half does not implement ExerciseType",
        ),
        (
            {"permissions": (Permission("catalog.publish", frozenset({Role.LEARNER})),)},
            "permission catalog.publish must start with sample_module.",
        ),
        ({"content": object()}, "its content does not implement ContentPart"),
        ({"jobs": (Job(name="count", run=print),)}, "job count must start with sample_module."),
        ({"pages": Blueprint("catalog", __name__)}, "blueprint catalog must start with sample_module"),
        (
            bare(slug="other", package="tests.sample_module"),
            "table sample_module_greeting must start with other_",
        ),
        (
            {"stored_data": (StoredData(table="person", purpose={"vi": "?"}),)},
            "stored data names person, which is not its table",
        ),
        (
            bare(slug="audit", package="academy.audit"),
            "it has tables but no migration branch in academy.audit/migrations",
        ),
    ],
)
def test_rules_of_the_manifest(changes, rule):
    with pytest.raises(ModuleRefused) as refusal:
        Modules([make_plugin(**changes)])
    slug = changes.get("slug", "sample_module")
    assert str(refusal.value) == f"course module {slug}: {rule}"


def test_a_branch_without_the_label(monkeypatch):
    monkeypatch.setattr(manager, "_labels", lambda path, slug: False)
    with pytest.raises(
        ModuleRefused, match=r"sample_module: no migration in .* has the branch label sample_module$"
    ):
        Modules([sample])


def test_two_modules_of_one_slug():
    with pytest.raises(
        ModuleRefused, match="course module sample_module: the slug is used by another module"
    ):
        Modules([make_plugin("one"), make_plugin("two")])


@pytest.mark.parametrize("marked", [True, False])
def test_a_misspelt_hook(marked):
    plugin = make_plugin("careless")

    def academy_lerner_export(person_id):
        return {}

    plugin.academy_lerner_export = hookimpl(academy_lerner_export) if marked else academy_lerner_export
    with pytest.raises(ModuleRefused, match="course module careless: unknown hook academy_lerner_export"):
        Modules([plugin])


def test_a_hook_with_an_argument_there_is_not():
    plugin = make_plugin("careless")

    @hookimpl
    def academy_learner_export(account_id):
        return {}

    plugin.academy_learner_export = academy_learner_export
    with pytest.raises(
        ModuleRefused, match=r"course module careless: .*academy_learner_export.*account_id"
    ) as refusal:
        Modules([plugin])
    assert "\n" not in str(refusal.value)


def test_a_plugin_without_a_manifest():
    with pytest.raises(ModuleRefused, match="course module empty: does not implement academy_course_module"):
        Modules([ModuleType("empty")])


def test_a_module_that_is_not_installed():
    with pytest.raises(
        ModuleRefused, match=r"course module astrology: not installed \(installed: .*political_theory"
    ):
        discover(["astrology"])


def test_the_start_is_refused(tmp_path):
    with pytest.raises(ModuleRefused, match="course module sample_module: written for contract 99"):
        create_app(make_config(tmp_path), modules=[make_plugin(contract=99)])
