"""The home page and the learning record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from academy.authoring.queries import get_studio_course
from academy.authoring.tabs import add_tab
from academy.catalog.policies import COURSE_EDIT
from academy.catalog.queries import list_courses
from academy.grading import wording
from academy.grading.appeal_queries import list_own
from academy.kernel.http import current_actor
from academy.kernel.i18n import _l
from academy.kernel.rights import needs, public, signed_in
from academy.regrading.queries import notices_of
from academy.reports import course_results, queries, tables
from academy.reports.policies import REPORT_READ
from academy.reports.waiting import waiting_for
from academy.web.navigation import add_entry, navigation

bp = Blueprint("reports", __name__, template_folder="templates")


@bp.record_once
def _enter_menu(state: Any) -> None:
    add_entry(state.app, label=_l("Home"), endpoint="reports.home", icon="home", order=10)
    add_entry(state.app, label=_l("My record"), endpoint="reports.record", icon="certificate", order=30)
    add_entry(
        state.app,
        label=_l("Reports"),
        endpoint="reports.list_reports",
        icon="chart-bar",
        order=60,
        prefix="/reports",
    )
    add_tab(state.app, label=_l("Results"), endpoint="reports.show_results", order=80)
    add_entry(
        state.app, label=_l("Account"), endpoint="accounts.account", icon="settings", order=10, menu="account"
    )


@bp.get("/")
@public
def home() -> str:
    actor = current_actor()
    if actor.is_authenticated:
        return render_template(
            "reports/home.html",
            home=queries.home_of(actor),
            waiting=waiting_for(actor),
            notices=notices_of(actor),
            work=navigation("work") + navigation("admin"),
        )
    return render_template("reports/welcome.html", courses=list_courses(actor, limit=8).page.items)


@bp.get("/me")
@signed_in
def record() -> str:
    """One's own learning record: courses, marks, hours, documents."""
    actor = current_actor()
    return render_template(
        "reports/record.html",
        home=queries.home_of(actor),
        appeals=list_own(actor),
        wording=wording,
    )


@bp.get("/reports")
@needs(REPORT_READ)
def list_reports() -> str:
    return render_template("reports/list.html", reports=tables.DEFINITIONS.values())


@bp.get("/reports/<name>")
@needs(REPORT_READ)
def show_report(name: str) -> str:
    return render_template("reports/report.html", report=tables.get_report(current_actor(), name))


@bp.get("/studio/courses/<course>/results")
@needs(COURSE_EDIT)
def show_results(course: str) -> str:
    """How far a course's learners are, for those who teach it."""
    actor = current_actor()
    results = course_results.results_of(actor, course, cursor=request.args.get("cursor"))
    cursor = results.page.next_cursor
    return render_template(
        "reports/results.html",
        studio=get_studio_course(actor, course),
        results=results,
        next_url=url_for("reports.show_results", course=course, cursor=cursor) if cursor else None,
    )
