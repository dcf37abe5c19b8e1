"""Pages about changing a released mark: the proposal and the decision."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.catalog.policies import COURSE_EDIT
from academy.grading import services, wording
from academy.grading.blueprint import bp
from academy.grading.forms import points_in
from academy.grading.overview_queries import get_proposal
from academy.grading.policies import GRADE_APPROVE, can_decide_proposal
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l
from academy.kernel.rights import needs, signed_in
from academy.quizzes.queries import get_attempt


@bp.get("/attempts/<int:attempt>/items/<int:slot>/change")
@needs(COURSE_EDIT)
def new_change(attempt: int, slot: int) -> str:
    return _form(attempt, slot)


@bp.post("/attempts/<int:attempt>/items/<int:slot>/change")
@needs(COURSE_EDIT)
def propose_change(attempt: int, slot: int) -> Response | tuple[str, int]:
    form = request.form
    try:
        proposal = services.propose_change(
            current_actor(),
            attempt,
            slot,
            points=points_in(form.get("points")),
            reason=form.get("reason", ""),
        )
    except (Invalid, Conflict) as error:
        return _form(attempt, slot, form, error), error.status
    flash(_("Proposed. Somebody else has to approve it."), "success")
    return redirect(url_for("grading.show_change", proposal=proposal), code=303)


@bp.get("/marking/changes/<int:proposal>")
@signed_in
def show_change(proposal: int) -> str:
    return _page(proposal)


@bp.post("/marking/changes/<int:proposal>/approval")
@needs(GRADE_APPROVE)
def approve_change(proposal: int) -> Response | tuple[str, int]:
    try:
        services.approve_change(current_actor(), proposal, note=request.form.get("note", ""))
    except Conflict as error:
        return _page(proposal, error), error.status
    return redirect(url_for("grading.show_change", proposal=proposal), code=303)


@bp.post("/marking/changes/<int:proposal>/rejection")
@needs(GRADE_APPROVE)
def reject_change(proposal: int) -> Response | tuple[str, int]:
    try:
        services.reject_change(current_actor(), proposal, reason=request.form.get("reason", ""))
    except (Invalid, Conflict) as error:
        return _page(proposal, error), error.status
    return redirect(url_for("grading.show_change", proposal=proposal), code=303)


@bp.post("/marking/changes/<int:proposal>/withdrawal")
@needs(COURSE_EDIT)
def withdraw_change(proposal: int) -> Response:
    services.withdraw_change(current_actor(), proposal)
    return redirect(url_for("grading.show_change", proposal=proposal), code=303)


def _form(attempt: int, slot: int, typed: Any = None, error: AcademyError | None = None) -> str:
    view = get_attempt(current_actor(), attempt)
    item = view.slot(slot)
    if item is None:
        raise NotFound(_l("This attempt has no item %(n)s.", n=slot))
    return render_template(
        "grading/new_change.html",
        view=view,
        item=item,
        points=None if item.score is None else item.score * 10,
        typed=typed or {},
        error=error,
        errors=error.errors if error else {},
    )


def _page(proposal_id: int, error: AcademyError | None = None) -> str:
    actor = current_actor()
    proposal = get_proposal(actor, proposal_id)
    waits = proposal.state == "proposed"
    return render_template(
        "grading/change.html",
        proposal=proposal,
        may_decide=waits and can_decide_proposal(actor, proposal),
        may_withdraw=waits and proposal.proposed_by == actor.account_id,
        wording=wording,
        error=error,
        errors=error.errors if error else {},
    )
