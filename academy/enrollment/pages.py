"""Forms: enroll, leave."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect

from academy.catalog.queries import get_course
from academy.enrollment import services
from academy.enrollment.errors import CannotEnroll
from academy.kernel.http import current_actor
from academy.kernel.i18n import _
from academy.kernel.rights import signed_in

bp = Blueprint("enrollment", __name__)


@bp.post("/courses/<course>/enrollment")
@signed_in
def enroll(course: str) -> Response:
    try:
        services.enroll(current_actor(), course)
    except CannotEnroll as error:
        flash(f"{error.message} {error.next_step}".strip(), "error")
    else:
        flash(_("You are enrolled. The first lesson is open."), "success")
    return redirect(f"/courses/{course}", code=303)


@bp.post("/courses/<course>/leave")
@signed_in
def leave(course: str) -> Response:
    actor = current_actor()
    services.leave(actor, get_course(actor, course).id)
    flash(_("You have left the course. What you learned stays on record."), "success")
    return redirect(f"/courses/{course}", code=303)
