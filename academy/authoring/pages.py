"""The studio's pages: see the rooms named after what they show."""

from __future__ import annotations

from typing import Any

from academy.authoring import (
    bank_pages,
    course_pages,
    exchange_pages,
    lesson_pages,
    publish_pages,
    question_pages,
)
from academy.authoring.blueprint import bp
from academy.authoring.tabs import add_tab, tabs_of
from academy.kernel.i18n import _l
from academy.web.navigation import add_entry

__all__ = [
    "bank_pages",
    "bp",
    "course_pages",
    "exchange_pages",
    "lesson_pages",
    "publish_pages",
    "question_pages",
]

TABS = (
    (10, _l("Lessons"), "show_course"),
    (20, _l("Questions"), "list_questions"),
    (40, _l("Files"), "list_media"),
    (50, _l("Settings"), "show_settings"),
    (90, _l("Publish"), "show_publication"),
)


@bp.record_once
def _enter_menu(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Studio"),
        endpoint="authoring.list_courses",
        icon="writing",
        order=60,
        prefix="/studio",
    )
    add_entry(
        state.app,
        label=_l("Studio"),
        endpoint="authoring.list_courses",
        icon="writing",
        order=10,
        menu="work",
        note=_l("Write lessons and questions, publish them, and see how your learners fare."),
    )
    for order, label, view in TABS:
        add_tab(state.app, label=label, endpoint=f"authoring.{view}", order=order)


@bp.app_context_processor
def _tabs() -> dict[str, Any]:
    return {"studio_tabs": tabs_of}
