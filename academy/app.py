"""The composition root: every slice is wired to the others here, and nowhere else."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from flask import Flask

from academy.accounts.login import init_login
from academy.authoring.audience import register_audience
from academy.authoring.events import CourseCopied
from academy.authoring.publication_checks import register_publication_check
from academy.authoring.question_uses import uses_in_lessons
from academy.catalog.content_parts import register_content_part
from academy.catalog.events import (
    CourseAudienceChanged,
    CourseMaterialChanged,
    CoursePublished,
    CourseWithdrawn,
    LegalDocumentChanged,
)
from academy.catalog.freezing import register_freeze
from academy.catalog.owner_paths import on_unit_moved
from academy.certificates.queries import serials_of_runs
from academy.certificates.services import on_course_completed
from academy.config import Config, writable_instance
from academy.contests.entrance import find_entrance
from academy.contests.promising import find_promise
from academy.enrollment.queries import count_studying
from academy.grading.services import on_attempt_submitted, on_graded
from academy.kernel import clock
from academy.kernel.connections import engine_options
from academy.kernel.db import db
from academy.kernel.events import init_events, subscribe
from academy.kernel.http import page_url, static_url
from academy.kernel.i18n import _l, localized
from academy.kernel.periodic import every
from academy.kernel.rights import check_rights, enforce
from academy.kernel.storage import init_storage
from academy.organization import identity
from academy.organization.events import UnitMoved
from academy.plugins.manager import Modules, discover, init_modules
from academy.progress.events import CourseCompleted
from academy.progress.services import on_attempt, on_mark_changed
from academy.questions.content_part import QuestionsPart
from academy.questions.registry import register_exercise_types
from academy.questions.uses import register_item_uses
from academy.quizzes.content_part import QuizzesPart
from academy.quizzes.entrances import register_entrance
from academy.quizzes.events import AttemptGraded, AttemptSubmitted, MarkChanged
from academy.quizzes.item_uses import uses_in_quizzes
from academy.quizzes.promises import register_promise
from academy.quizzes.services import copy_quizzes, find_freeze
from academy.quizzes.studio_checks import objections_of_quizzes
from academy.regrading.documents import register_documents
from academy.search.engine import init_search
from academy.search.services import note_course_changed, note_legal_document_changed
from academy.web.errors import init_errors
from academy.web.format import init_filters
from academy.web.fragments import init_fragments
from academy.web.frame import init_frame
from academy.web.language import init_language
from academy.web.navigation import add_entry
from academy.web.security import init_security

SLICES = (
    "web",
    "audit",
    "accounts",
    "organization",
    "catalog",
    "questions",
    "authoring",
    "enrollment",
    "classes",
    "quizzes",
    "grading",
    "regrading",
    "item_analysis",
    "contests",
    "progress",
    "certificates",
    "search",
    "reports",
)


def create_app(config: Config | None = None, *, modules: Sequence[ModuleType] | None = None) -> Flask:
    """Build the application.

    Args:
        config: read from the environment if not given.
        modules: plugin modules to use instead of the installed ones, for tests.

    Raises:
        ConfigError: a setting makes a safe start impossible.
        ModuleRefused: a course module breaks the contract.
        MissingRight: a route declares no right.
    """
    config = config or Config.from_environment()
    writable_instance(config.instance)
    app = Flask("academy", root_path=str(Path(__file__).parent / "web"), instance_path=str(config.instance))
    # set before anything touches the environment, which is built from them once
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "cache_size": -1}
    app.config["ACADEMY"] = config
    app.config["TESTING"] = config.environment == "testing"
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(
        config.database_url, pooler=config.database_pooler
    )
    app.json.sort_keys = False
    app.json.ensure_ascii = False

    init_security(app, config)
    init_events(app)
    init_storage(app)
    db.init_app(app)
    init_search(app, config)
    init_errors(app)
    _init_templates(app)
    init_login(
        app,
        actor_of_session=lambda token: identity.actor_of_session(
            token, idle_since=clock.now() - timedelta(seconds=config.session_idle)
        ),
        actor_of_token=identity.actor_of_token,
    )
    enforce(app)
    _register_slices(app)
    installed = init_modules(app, discover(config.course_modules) if modules is None else modules)
    init_language(app, [module.folder / "translations" for module in installed])
    _wire(app, installed)
    check_rights(app)
    return app


def _init_templates(app: Flask) -> None:
    init_filters(app)
    app.jinja_env.filters["localized"] = localized
    app.jinja_env.globals["static_url"] = static_url
    app.jinja_env.globals["url_for"] = page_url
    init_fragments(app)
    init_frame(app)


def _register_slices(app: Flask) -> None:
    """Mount the pages and the API of every slice, and load its models and jobs."""
    for name in SLICES:
        for room, attribute in (("pages", "bp"), ("rest", "api"), ("jobs", None), ("models", None)):
            module = _room(name, room)
            if module is not None and attribute is not None:
                app.register_blueprint(getattr(module, attribute))


def _room(slice_name: str, room: str) -> ModuleType | None:
    dotted = f"academy.{slice_name}.{room}"
    folder = Path(__file__).parent / slice_name
    if not (folder / f"{room}.py").exists():
        return None
    return importlib.import_module(dotted)


def _wire(app: Flask, modules: Modules) -> None:
    """Who hears of what: the few places where a lower slice's event moves a higher slice."""
    register_exercise_types(app, modules.exercise_types())
    register_content_part(app, QuestionsPart())
    register_content_part(app, QuizzesPart())
    for module in modules:
        if module.content is not None:
            register_content_part(app, module.content, module=module.slug)
    register_audience(app, count_studying)
    register_freeze(app, find_freeze)
    register_entrance(app, find_entrance)
    register_promise(app, find_promise)
    register_item_uses(app, uses_in_lessons)
    register_item_uses(app, uses_in_quizzes)
    register_publication_check(app, objections_of_quizzes)
    register_documents(app, serials_of_runs)
    subscribe(app, UnitMoved, on_unit_moved, atomic=True)
    subscribe(app, CourseCopied, copy_quizzes, atomic=True)
    subscribe(app, AttemptSubmitted, on_attempt, atomic=True)
    subscribe(app, CourseCompleted, on_course_completed, atomic=True)
    subscribe(app, AttemptGraded, on_attempt, atomic=True)
    subscribe(app, MarkChanged, on_mark_changed, atomic=True)
    subscribe(app, AttemptSubmitted, on_attempt_submitted, atomic=True)
    for graded in (AttemptSubmitted, AttemptGraded, MarkChanged):
        subscribe(app, graded, on_graded, atomic=True)
    for changed in (CoursePublished, CourseWithdrawn, CourseAudienceChanged, CourseMaterialChanged):
        subscribe(app, changed, note_course_changed, atomic=True)
    subscribe(app, LegalDocumentChanged, note_legal_document_changed, atomic=True)
    app.extensions["academy_subscriptions"].add_for_all(
        lambda event: modules.ask("academy_on_event", event=event)
    )
    _fill_administration(app)
    every(app, timedelta(days=1), "organization.tidy")
    every(app, timedelta(days=1), "authoring.tidy")
    every(app, timedelta(minutes=10), "search.index")
    every(app, timedelta(minutes=10), "quizzes.expire_overdue")
    every(app, timedelta(minutes=10), "quizzes.tend_examinations")
    every(app, timedelta(days=1), "questions.index")
    every(app, timedelta(days=1), "quizzes.tidy_uploads")
    every(app, timedelta(days=1), "item_analysis.nightly")
    every(app, timedelta(days=1), "catalog.refresh_renderings")
    every(app, timedelta(days=1), "catalog.read_all_media")
    every(app, timedelta(days=1), "kernel.tidy")


def _fill_administration(app: Flask) -> None:
    """Tiles of the administration for pages of slices above the organization, which adds its own."""
    add_entry(
        app,
        label=_l("Classes"),
        endpoint="classes.index",
        icon="users",
        order=40,
        menu="admin",
        note=_l("Courses run for named people, under a decision, from a day to a day."),
    )
    add_entry(
        app,
        label=_l("Register"),
        endpoint="certificates.register",
        icon="certificate",
        order=50,
        menu="admin",
        note=_l("Certificates and attestations, with their numbers and their state."),
    )
