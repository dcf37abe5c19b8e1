"""Finding, checking and holding the course modules of one application."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
from flask import Flask, current_app

from academy.kernel import jobs
from academy.kernel.db import Model
from academy.kernel.periodic import every
from academy.kernel.unit_of_work import apart
from academy.plugins import hookspecs
from academy.plugins.contract import CONTRACT, ContentPart, CourseModule, ExerciseType

log = logging.getLogger(__name__)

ENTRY_POINTS = "academy.courses"
_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class ModuleRefused(Exception):
    """A course module breaks the contract; the message names the module and the rule."""


def discover(only: Sequence[str] | None = None) -> list[ModuleType]:
    """Load the installed plugins of the entry-point group ``academy.courses``.

    Args:
        only: names to load, in this order; None for all, by name.

    Raises:
        ModuleRefused: a wanted module is not installed, or cannot be imported.
    """
    installed = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    names = sorted(installed) if only is None else list(only)
    plugins = []
    for name in names:
        if name not in installed:
            raise ModuleRefused(
                f"course module {name}: not installed (installed: {', '.join(sorted(installed)) or 'none'})"
            )
        try:
            plugins.append(installed[name].load())
        except Exception as error:
            raise ModuleRefused(f"course module {name}: cannot be imported: {error}") from error
    return plugins


class Modules:
    """The course modules of one application, checked against the contract."""

    def __init__(self, plugins: Iterable[ModuleType]) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._by_slug: dict[str, CourseModule] = {}
        self._plugins: dict[str, ModuleType] = {}
        for plugin in plugins:
            self._add(plugin)
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise ModuleRefused(f"course module {error.plugin.__name__}: unknown hook: {error}") from error

    def _add(self, plugin: ModuleType) -> None:
        name = getattr(plugin, "__name__", repr(plugin))
        if not hasattr(plugin, "academy_course_module"):
            raise ModuleRefused(f"course module {name}: does not implement academy_course_module")
        # pluggy knows only what is marked; a hook that is neither marked nor known would never be called
        for hook in sorted(vars(plugin)):
            if hook.startswith("academy_") and not hasattr(hookspecs, hook):
                raise ModuleRefused(f"course module {name}: unknown hook {hook}")
        try:
            self._manager.register(plugin, name)
        except pluggy.PluginValidationError as error:
            raise ModuleRefused(f"course module {name}: {' '.join(str(error).split())}") from error
        module = plugin.academy_course_module()
        check(module)
        if module.slug in self._by_slug:
            raise ModuleRefused(f"course module {module.slug}: the slug is used by another module")
        self._by_slug[module.slug] = module
        self._plugins[module.slug] = plugin

    def __iter__(self) -> Iterator[CourseModule]:
        return iter(self._by_slug.values())

    def __contains__(self, slug: str) -> bool:
        return slug in self._by_slug

    def find(self, slug: str) -> CourseModule | None:
        return self._by_slug.get(slug)

    def exercise_types(self) -> list[ExerciseType]:
        return [kind for module in self for kind in module.exercise_types]

    def ask(self, hook: str, *, of: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Call a hook of every module that implements it, or of the module ``of`` alone; answers by slug.

        A module that raises is logged and left out, and what it left undone in the database is undone: one bad
        plugin cannot take the academy down.
        """
        answers: dict[str, Any] = {}
        for slug, plugin in self._plugins.items():
            function = getattr(plugin, hook, None)
            if function is None or of not in (None, slug):
                continue
            try:
                with apart():
                    answer = function(**arguments)
                    # what is made on the way may fail on the way, too
                    answers[slug] = list(answer) if isinstance(answer, Iterator) else answer
            except Exception:
                log.exception("course module %s failed in %s", slug, hook)
        return answers

    def demand(self, hook: str, **arguments: Any) -> dict[str, Any]:
        """Like :meth:`ask`, but what a module raises is raised: for acts that must be whole."""
        return {
            slug: getattr(plugin, hook)(**arguments)
            for slug, plugin in self._plugins.items()
            if hasattr(plugin, hook)
        }


def check(module: CourseModule) -> None:
    """Hold a manifest against the contract.

    Raises:
        ModuleRefused: the first rule it breaks, in one line.
    """
    for rule, holds in _rules(module):
        if not holds:
            raise ModuleRefused(f"course module {module.slug}: {rule}")


def _rules(module: CourseModule) -> Iterator[tuple[str, bool]]:
    slug = module.slug
    yield (
        f"written for contract {module.contract}, this academy speaks {CONTRACT}",
        module.contract == CONTRACT,
    )
    yield "the slug must be lower-case words joined by _", bool(_SLUG.fullmatch(slug))
    yield "title and summary need Vietnamese text", bool(module.title.get("vi") and module.summary.get("vi"))
    for kind in module.exercise_types:
        yield f"exercise kind {kind.kind} must start with {slug}:", kind.kind.startswith(f"{slug}:")
        yield f"exercise kind {kind.kind} does not implement ExerciseType", isinstance(kind, ExerciseType)
    for permission in module.permissions:
        yield f"permission {permission} must start with {slug}.", permission.name.startswith(f"{slug}.")
    for job in module.jobs:
        yield f"job {job.name} must start with {slug}.", job.name.startswith(f"{slug}.")
    if module.content is not None:
        yield "its content does not implement ContentPart", isinstance(module.content, ContentPart)
    for blueprint in filter(None, (module.pages, module.rest)):
        yield f"blueprint {blueprint.name} must start with {slug}", blueprint.name.startswith(slug)
    for table in tables_of(module):
        yield f"table {table} must start with {slug}_", table.startswith(module.table_prefix)
    for stored in module.stored_data:
        yield f"stored data names {stored.table}, which is not its table", stored.table in tables_of(module)
    if tables_of(module):
        yield (
            f"it has tables but no migration branch in {module.package}/migrations",
            any(module.migrations.glob("*.py")),
        )
        yield (
            f"no migration in {module.package}/migrations has the branch label {slug}",
            any(_labels(path, slug) for path in module.migrations.glob("*.py")),
        )


def _labels(migration: Path, slug: str) -> bool:
    label = re.compile(rf"^branch_labels\s*=.*[\"']{re.escape(slug)}[\"']", re.MULTILINE)
    return label.search(migration.read_text(encoding="utf-8")) is not None


def tables_of(module: CourseModule) -> list[str]:
    """Names of the tables whose mapped classes live in the module's package."""
    return sorted(
        mapper.local_table.name
        for mapper in Model.registry.mappers
        if mapper.class_.__module__.startswith(module.package + ".")
    )


def init_modules(app: Flask, plugins: Iterable[ModuleType]) -> Modules:
    """Check the modules and mount their blueprints, jobs and commands.

    Raises:
        ModuleRefused: a module breaks the contract.
    """
    modules = Modules(plugins)
    for module in modules:
        if module.pages is not None:
            app.register_blueprint(module.pages, url_prefix=f"/modules/{module.slug}")
        if module.rest is not None:
            app.register_blueprint(module.rest, url_prefix=f"/api/v1/modules/{module.slug}")
        for job in module.jobs:
            jobs.job(job.name)(job.run)
            if job.every is not None:
                every(app, job.every, job.name)
        if module.cli is not None:
            app.cli.add_command(module.cli)
    app.extensions["academy_modules"] = modules
    return modules


def installed_modules() -> Modules:
    """The modules of the running app."""
    return current_app.extensions["academy_modules"]
