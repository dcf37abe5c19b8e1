"""Pages of the studio: what the answers say about a course's quizzes and their questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.authoring.queries import get_studio_course
from academy.authoring.tabs import add_tab
from academy.catalog.policies import COURSE_EDIT
from academy.item_analysis import charts, queries, services, wording
from academy.item_analysis.alarm import DEFAULT, AlarmRules
from academy.item_analysis.sheet import COLUMNS, FORMATS, export
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l, current_language
from academy.kernel.jobs import get_job
from academy.kernel.rights import needs
from academy.kernel.spreadsheet import CSV_TYPE, XLSX_TYPE
from academy.quizzes.policies import can_edit_quizzes

bp = Blueprint("item_analysis", __name__, template_folder="templates")

MIME_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


@bp.record_once
def _enter_tab(state: Any) -> None:
    add_tab(state.app, label=_l("Item analysis"), endpoint="item_analysis.list_quizzes", order=85)


@bp.app_template_filter("coefficient")
def coefficient(value: float | None) -> str:
    """``0,42``: two decimals, as correlations and reliabilities are read."""
    return "" if value is None else format_decimal(value, format="0.00", locale=current_language())


@bp.get("/studio/courses/<course>/analysis")
@needs(COURSE_EDIT)
def list_quizzes(course: str) -> str:
    actor = current_actor()
    _course, quizzes = queries.quizzes_of(actor, course)
    return render_template(
        "item_analysis/quizzes.html", studio=get_studio_course(actor, course), quizzes=quizzes
    )


@bp.get("/studio/courses/<course>/analysis/<slug>")
@needs(COURSE_EDIT)
def show_quiz(course: str, slug: str) -> str:
    return _quiz_page(course, slug)


def _quiz_page(
    course: str, slug: str, typed: Mapping[str, Any] | None = None, error: Invalid | None = None
) -> str:
    actor = current_actor()
    sort, falling = _order()
    view = queries.quiz_of(
        actor, course, slug, family=request.args.get("family", ""), sort=sort, falling=falling
    )
    return render_template(
        "item_analysis/quiz.html",
        studio=get_studio_course(actor, course),
        view=view,
        columns=[_column(view, name, heading, sort, falling) for name, heading in COLUMNS],
        bars=charts.bars(view.figures["bars"], float(view.quiz.rules.pass_mark)) if view.is_shown else [],
        charts=charts,
        wording=wording,
        job=_watched_job(request.args.get("job", type=int)),
        order=request.args.get("sort", ""),
        typed=typed or asdict(view.alarm),
        default=DEFAULT,
        may_set=can_edit_quizzes(actor, view.course),
        error=error,
        errors=error.errors if error else {},
    )


@bp.post("/studio/courses/<course>/analysis/<slug>")
@needs(COURSE_EDIT)
def analyse(course: str, slug: str) -> Response:
    """Compute the figures anew; the page shows how far it is."""
    view = queries.quiz_of(current_actor(), course, slug)
    job = services.request_analysis(current_actor(), view.quiz.id)
    return redirect(url_for(".show_quiz", course=course, slug=slug, job=job), code=303)


@bp.post("/studio/courses/<course>/analysis/<slug>/alarm")
@needs(COURSE_EDIT)
def set_alarm(course: str, slug: str) -> Any:
    """Say when a question sets off the alarm (``act=default``: as everywhere); the quiz is analysed by it."""
    form = request.form
    typed = {field.name: _whole(form.get(field.name)) for field in fields(AlarmRules)}
    settings = None if form.get("act") == "default" else typed
    try:
        job = services.set_alarm(current_actor(), course, slug, settings)
    except Invalid as error:
        return _quiz_page(course, slug, typed, error), error.status
    flash(_("Stored. The quiz is being analysed by it."), "success")
    return redirect(url_for(".show_quiz", course=course, slug=slug, job=job, _anchor="alarm"), code=303)


@bp.get("/studio/courses/<course>/analysis/<slug>/items/<int:item>")
@needs(COURSE_EDIT)
def show_item(course: str, slug: str, item: int) -> str:
    actor = current_actor()
    found = queries.item_of(
        actor,
        course,
        slug,
        item,
        family=request.args.get("family", ""),
        version=request.args.get("version", type=int),
    )
    return render_template(
        "item_analysis/item.html",
        studio=get_studio_course(actor, course),
        view=found.view,
        row=found.row,
        history=found.history,
        points=charts.curve(found.row.figures["curve"]) if found.row.is_shown else [],
        charts=charts,
        wording=wording,
    )


@bp.get("/studio/courses/<course>/analysis/<slug>/export.<file_format>")
@needs(COURSE_EDIT)
def export_quiz(course: str, slug: str, file_format: str) -> Response:
    if file_format not in FORMATS:
        raise NotFound(
            _l("There is no export of this format."), next_step=_l("Ask for CSV or XLSX.")
        )
    sort, falling = _order()
    view = queries.quiz_of(
        current_actor(), course, slug, family=request.args.get("family", ""), sort=sort, falling=falling
    )
    response = Response(export(view, file_format), mimetype=MIME_TYPES[file_format])
    response.headers["Content-Disposition"] = f'attachment; filename="{course}-{slug}-analysis.{file_format}"'
    return response


def _whole(text: str | None) -> int | str:
    """A whole number as it was typed; what is none stays text, to be refused."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text


def _order() -> tuple[str, bool]:
    """What to sort by and whether from high to low: ``?sort=facility``, ``?sort=-facility``."""
    asked = request.args.get("sort", "flags")
    return asked.removeprefix("-"), asked.startswith("-")


def _column(view: queries.QuizView, name: str, heading: Any, sort: str, falling: bool) -> tuple[Any, ...]:
    present = name == sort
    url = url_for(
        ".show_quiz",
        course=view.course.slug,
        slug=view.quiz.slug,
        family=view.family,
        sort=name if present and falling or not present else f"-{name}",
    )
    kind = "" if name in ("item", "flags") else "num"
    return heading, kind, url + "#items", ("descending" if falling else "ascending") if present else None


def _watched_job(job_id: int | None) -> int | None:
    """The job to watch, if it is the reader's own and not over."""
    if job_id is None:
        return None
    try:
        found = get_job(job_id, owner=current_actor().account_id)
    except NotFound:
        return None
    return found.id if found.state in ("waiting", "running") else None
