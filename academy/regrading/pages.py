"""Pages of regrading: what waits, proposing with a preview, deciding, reversing; and what learners are told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l
from academy.kernel.jobs import get_job
from academy.kernel.rights import needs, signed_in
from academy.quizzes.policies import can_read_attempts
from academy.regrading import queries, services, sheet, wording
from academy.regrading.policies import REGRADE_APPROVE, REGRADE_PROPOSE, REGRADE_READ, can_decide, can_propose
from academy.regrading.states import (
    ACCEPT,
    APPROVED,
    DONE,
    DRAFTED,
    FULL,
    PREPARING,
    PROPOSED,
    STATES,
    VERSION,
    VOID,
)
from academy.web.navigation import add_entry

bp = Blueprint("regrading", __name__, template_folder="templates")

OFFERED = (VERSION, ACCEPT, FULL, VOID)


@bp.record_once
def _enter_menu(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Regrades"),
        endpoint="regrading.index",
        icon="scale",
        order=45,
        menu="work",
        note=_l("A corrected question changes marks openly: proposed by one, decided by another."),
    )


@bp.get("/regrades")
@needs(REGRADE_READ)
def index() -> str:
    state = request.args.get("state", "")
    page = queries.list_regrades(current_actor(), state=state, cursor=request.args.get("cursor"))
    cursor = page.next_cursor
    return render_template(
        "regrading/index.html",
        page=page,
        state=state if state in STATES else "",
        wording=wording,
        next_url=url_for(".index", state=state, cursor=cursor) if cursor else None,
    )


@bp.get("/regrades/new")
@needs(REGRADE_PROPOSE)
def new() -> str:
    return _form(request.args)


@bp.post("/regrades")
@needs(REGRADE_PROPOSE)
def create() -> Any:
    form = request.form
    try:
        made = services.propose(
            current_actor(),
            form.get("course", ""),
            form.get("key", ""),
            action=form.get("action", ""),
            from_number=_number(form.get("from_number")),
            to_number=_number(form.get("to_number")) or None,
            option=form.get("option", ""),
            reason=form.get("reason", ""),
        )
    except (Invalid, Conflict) as error:
        return _form(form, error), error.status
    return redirect(url_for(".show", regrade=made), code=303)


@bp.get("/regrades/<int:regrade>")
@needs(REGRADE_READ)
def show(regrade: int) -> str:
    return _page(regrade)


@bp.post("/regrades/<int:regrade>/handing-in")
@needs(REGRADE_PROPOSE)
def hand_in(regrade: int) -> Response:
    services.hand_in(current_actor(), regrade)
    flash(_("Handed in. Somebody else has to decide on it."), "success")
    return _to(regrade)


@bp.post("/regrades/<int:regrade>/approval")
@needs(REGRADE_APPROVE)
def approve(regrade: int) -> Response:
    services.approve(current_actor(), regrade, note=request.form.get("note", ""))
    return _to(regrade)


@bp.post("/regrades/<int:regrade>/rejection")
@needs(REGRADE_APPROVE)
def reject(regrade: int) -> Any:
    try:
        services.reject(current_actor(), regrade, reason=request.form.get("note", ""))
    except Invalid as error:
        return _page(regrade, error.errors), error.status
    return _to(regrade)


@bp.post("/regrades/<int:regrade>/withdrawal")
@needs(REGRADE_PROPOSE)
def withdraw(regrade: int) -> Response:
    services.withdraw(current_actor(), regrade)
    return _to(regrade)


@bp.post("/regrades/<int:regrade>/reversal")
@needs(REGRADE_PROPOSE)
def reverse(regrade: int) -> Any:
    try:
        made = services.propose_reversal(current_actor(), regrade, reason=request.form.get("reason", ""))
    except Invalid as error:
        return _page(regrade, error.errors), error.status
    return redirect(url_for(".show", regrade=made), code=303)


@bp.get("/regrades/<int:regrade>/export.<file_format>")
@needs(REGRADE_READ)
def export(regrade: int, file_format: str) -> Response:
    if file_format not in sheet.FORMATS:
        raise NotFound(_l("There is no export of this format."), next_step=_l("Ask for CSV or XLSX."))
    lines = queries.all_lines(current_actor(), regrade)
    response = Response(sheet.export(lines, file_format), mimetype=sheet.FORMATS[file_format][0])
    response.headers["Content-Disposition"] = f'attachment; filename="regrade-{regrade}.{file_format}"'
    return response


@bp.post("/me/regrades")
@signed_in
def mark_seen() -> Response:
    """The reader has seen which of the own marks were changed."""
    services.mark_seen(current_actor())
    return redirect(url_for("reports.home"), code=303)


# --- parts ----------------------------------------------------------------------------------------


def _to(regrade: int) -> Response:
    return redirect(url_for(".show", regrade=regrade), code=303)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _form(typed: Any, error: Invalid | Conflict | None = None) -> str:
    choice = queries.choice_of(current_actor(), typed.get("course", ""), typed.get("key", ""))
    present = next((one.number for one in choice.versions if choice.attempts.get(one.id)), None)
    return render_template(
        "regrading/new.html",
        choice=choice,
        typed={
            "action": typed.get("action") or VERSION,
            "from_number": typed.get("from_number") or present,
            "to_number": typed.get("to_number") or choice.versions[0].number,
            "option": typed.get("option", ""),
            "reason": typed.get("reason", ""),
        },
        offered=OFFERED,
        wording=wording,
        error=error,
        errors=error.errors if error else {},
    )


def _page(regrade_id: int, errors: Any = None) -> str:
    actor = current_actor()
    view = queries.get_regrade(actor, regrade_id)
    page = queries.list_lines(actor, regrade_id, cursor=request.args.get("cursor"))
    own = view.proposed_by == actor.account_id
    return render_template(
        "regrading/regrade.html",
        view=view,
        page=page,
        next_url=url_for(".show", regrade=regrade_id, cursor=page.next_cursor) if page.next_cursor else None,
        wording=wording,
        state_of=sheet.state_of,
        errors=errors or {},
        may_open=can_read_attempts(actor, view.course),
        may_hand_in=own and view.state == DRAFTED and view.counts.regraded > 0 and can_propose(actor, view.course),
        may_withdraw=own and view.state in (PREPARING, DRAFTED, PROPOSED),
        may_decide=view.state == PROPOSED and can_decide(actor, view),
        may_reverse=view.state == DONE and view.reversed_by is None and can_propose(actor, view.course),
        job=_own_job(view.job_id) if view.state in (PREPARING, APPROVED) else None,
    )


def _own_job(job_id: int | None) -> int | None:
    """The job, if the reader started it, so that its progress may be shown to them."""
    try:
        return get_job(job_id, owner=current_actor().account_id).id if job_id else None
    except NotFound:
        return None
