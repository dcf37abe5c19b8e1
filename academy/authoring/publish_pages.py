"""Pages of the studio: what is missing, what would change, handing in, publishing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.authoring import services
from academy.authoring.blueprint import bp
from academy.authoring.checking import plan_publication
from academy.catalog.policies import COURSE_EDIT
from academy.kernel.errors import AcademyError, Conflict, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l
from academy.kernel.rights import needs

FIELD_NAMES = {
    "title": _l("Title"),
    "summary": _l("Summary"),
    "level": _l("Level"),
    "periods": _l("Periods"),
    "languages": _l("Languages"),
    "topics": _l("Topics"),
    "outcomes": _l("Outcomes"),
    "prerequisites": _l("Prerequisites"),
    "completion": _l("Rule of completion"),
    "quizzes": _l("Quizzes"),
}


@bp.get("/studio/courses/<course>/publish")
@needs(COURSE_EDIT)
def show_publication(course: str) -> str:
    return _page(course)


def _page(course: str, error: AcademyError | None = None) -> str:
    plan = plan_publication(current_actor(), course)
    return render_template(
        "authoring/publish.html",
        studio=plan.studio,
        plan=plan,
        fields=[FIELD_NAMES.get(name, name) for name in plan.fields],
        error=error,
    )


@bp.post("/studio/courses/<course>/publish")
@needs(COURSE_EDIT)
def publish(course: str) -> Any:
    try:
        done = services.publish(current_actor(), course, state=request.form.get("state"))
    except (Invalid, Conflict) as error:
        return _page(course, error), error.status
    if done.changed:
        flash(_("Published. Learners now see version %(n)s.", n=done.number), "success")
    else:
        flash(_("There was nothing to publish: learners see this version already."), "info")
    return redirect(url_for("authoring.show_publication", course=course), code=303)


@bp.post("/studio/courses/<course>/review")
@needs(COURSE_EDIT)
def submit(course: str) -> Any:
    """Hand in, or with ``act=return`` give back."""
    actor, note = current_actor(), request.form.get("note", "")
    try:
        if request.form.get("act") == "return":
            services.return_course(actor, course, note=note)
            flash(_("The course has been given back."), "success")
        else:
            services.submit(actor, course, message=note)
            flash(
                _("Handed in. Whoever may publish this course finds it at the top of the studio."), "success"
            )
    except (Invalid, Conflict) as error:
        return _page(course, error), error.status
    return redirect(url_for("authoring.show_publication", course=course), code=303)


@bp.post("/studio/courses/<course>/withdrawal")
@needs(COURSE_EDIT)
def withdraw(course: str) -> Response:
    services.withdraw(current_actor(), course, reason=request.form.get("reason", ""))
    flash(
        _("The course is no longer offered. Who has begun it may go on; publishing it again undoes this."),
        "success",
    )
    return redirect(url_for("authoring.show_publication", course=course), code=303)
