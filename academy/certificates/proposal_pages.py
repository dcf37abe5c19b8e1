"""Pages of proposals: what waits, proposing, deciding."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from academy.certificates import services, wording
from academy.certificates.class_board import board, why_not
from academy.certificates.errors import NobodyEligible
from academy.certificates.policies import (
    CERTIFICATE_APPROVE,
    CERTIFICATE_PROPOSE,
    PROPOSAL_READ,
    can_approve,
    can_propose,
)
from academy.certificates.proposal_queries import get_proposal, list_proposals, list_waiting
from academy.certificates.proposing import batch_of
from academy.certificates.schemas import PaperIn
from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.http import current_actor, load
from academy.kernel.i18n import _, localized
from academy.kernel.jobs import get_job
from academy.kernel.rights import needs


def add_to(bp: Blueprint) -> None:
    bp.get("/admin/proposals")(proposals)
    bp.get("/admin/proposals/new")(new_proposal)
    bp.post("/admin/proposals")(create_proposal)
    bp.get("/admin/proposals/<int:proposal_id>")(proposal)
    bp.post("/admin/proposals/<int:proposal_id>/approval")(approve)
    bp.post("/admin/proposals/<int:proposal_id>/rejection")(reject)
    bp.post("/admin/proposals/<int:proposal_id>/withdrawal")(withdraw)
    bp.post("/admin/proposals/<int:proposal_id>/issuing")(issue_again)


@needs(PROPOSAL_READ)
def proposals() -> str:
    state = request.args.get("state", "proposed")
    state = state if state in wording.PROPOSAL_NAMES else ""
    page = list_proposals(current_actor(), state=state, cursor=request.args.get("cursor"))
    return render_template(
        "certificates/proposals.html",
        page=page,
        state=state,
        wording=wording,
        waiting=list_waiting(current_actor()),
    )


@needs(CERTIFICATE_PROPOSE)
def new_proposal() -> str:
    return _form(request.args, {})


@needs(CERTIFICATE_PROPOSE)
def create_proposal():
    form = request.form
    try:
        left_out = _left_out(form)
        paper = services.Paper(**load(PaperIn(), form.to_dict()))
        made = services.propose(
            current_actor(),
            class_code=form.get("class", ""),
            course=form.get("course", ""),
            kind=form.get("kind", "certificate"),
            exclude=left_out,
            paper=paper,
            note=form.get("note", ""),
        )
    except Invalid as error:
        return _form(form, error.errors), error.status
    except NobodyEligible as error:
        flash(f"{error.message} {error.next_step}", "warning")
        return redirect(f"/classes/{form['class']}" if form.get("class") else url_for(".proposals"), code=303)
    except Conflict as error:
        return _form(form, {}, error), error.status
    flash(_("Proposed. Somebody else has to approve it."), "success")
    return redirect(url_for(".proposal", proposal_id=made.id), code=303)


@needs(PROPOSAL_READ)
def proposal(proposal_id: int) -> str:
    return _page(proposal_id, {})


@needs(CERTIFICATE_APPROVE)
def approve(proposal_id: int) -> Response:
    services.approve(current_actor(), proposal_id, note=request.form.get("note", ""))
    return _to(proposal_id)


@needs(CERTIFICATE_APPROVE)
def reject(proposal_id: int):
    try:
        services.reject(current_actor(), proposal_id, reason=request.form.get("reason", ""))
    except Invalid as error:
        return _page(proposal_id, error.errors), error.status
    return _to(proposal_id)


@needs(CERTIFICATE_PROPOSE)
def withdraw(proposal_id: int) -> Response:
    services.withdraw(current_actor(), proposal_id)
    return _to(proposal_id)


@needs(CERTIFICATE_PROPOSE)
def issue_again(proposal_id: int) -> Response:
    services.issue_again(current_actor(), proposal_id)
    return _to(proposal_id)


# --- parts ----------------------------------------------------------------------------------------


def _to(proposal_id: int) -> Response:
    return redirect(url_for(".proposal", proposal_id=proposal_id), code=303)


def _page(proposal_id: int, errors: dict) -> str:
    actor = current_actor()
    shown = get_proposal(actor, proposal_id)
    waits = shown.state == "proposed"
    return render_template(
        "certificates/proposal.html",
        proposal=shown,
        wording=wording,
        errors=errors,
        may_decide=waits and can_approve(actor, shown),
        may_withdraw=waits and shown.proposed_by == actor.account_id,
        may_issue=shown.state == "approved" and can_propose(actor, shown.owner_unit_path),
        watches_job=shown.state == "approved" and _started_job(shown.job_id, actor),
    )


def _started_job(job_id: int | None, actor: Actor) -> bool:
    """Whether the actor started the job, so that its progress may be shown to them."""
    try:
        return job_id is not None and get_job(job_id, owner=actor.account_id) is not None
    except NotFound:
        return False


def _left_out(form: MultiDict) -> dict[int, str]:
    """Who is left out and why.

    Raises:
        Invalid: a reason stands beside somebody who is not left out: a number given cannot be taken back.
    """
    chosen = {person: form.get(f"reason_{person}", "") for person in form.getlist("exclude", type=int)}
    named = [int(name[7:]) for name in form if re.fullmatch(r"reason_[0-9]{1,15}", name) and form[name].strip()]
    message = _("A reason stands here, but the person is not left out. Tick the box, or remove the reason.")
    errors = {f"exclude.{person}": [message] for person in named if person not in chosen}
    if errors:
        raise Invalid(_("Please correct the fields named below."), errors=errors)
    return chosen


def _form(values: Any, errors: dict, refused: Conflict | None = None) -> str:
    """Who would get a document, who would not and why, and what will stand on it."""
    given = {"class_code": values.get("class", ""), "course": values.get("course", "")}
    batch = batch_of(current_actor(), **given)
    run = batch.run
    others = []
    if run is not None:
        studying = [row for row in board(run.id) if row.standing == "studying"]
        others = [(row, list(why_not(row, batch.course.completion))) for row in studying]
    return render_template(
        "certificates/propose.html",
        title=f"{run.code} · {run.title}" if run else localized(batch.course.title),
        target={"class": run.code} if run else {"course": batch.course.slug},
        people=batch.people,
        others=others,
        values=values,
        signer=(run.signer_title, run.signer_name) if run else ("", ""),
        errors=errors,
        refused=refused,
        kinds=wording.KIND_NAMES,
    )
