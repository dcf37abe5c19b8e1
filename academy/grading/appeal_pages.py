"""Pages of an appeal: for the learner who asks, for who marks again, for who decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.grading import appeal_queries, services, wording
from academy.grading.blueprint import bp
from academy.grading.forms import read_mark, read_reasons, typed_mark
from academy.grading.handed_in import file_for_remark
from academy.grading.policies import can_decide_appeal, can_lead_appeal
from academy.kernel.actor import Actor
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l
from academy.kernel.rights import signed_in
from academy.quizzes.queries import get_attempt, is_own
from academy.quizzes.result_parts import add_result_part
from academy.quizzes.results import Result, result_of
from academy.quizzes.sending import answer_file_response
from academy.quizzes.views import AttemptView


@bp.record_once
def _add_to_results(state: Any) -> None:
    add_result_part(state.app, "grading/result_part.html", _result_part)


def _result_part(actor: Actor, view: AttemptView, result: Result | None) -> Mapping[str, Any] | None:
    """The band of a mark that may be shown, and whether an appeal is possible or under way."""
    if view.attempt.mark is None or result is None or not result.shows_score:
        return None
    return {"chance": appeal_queries.chance_of(actor, view, result), "wording": wording}


@bp.get("/attempts/<int:attempt>/appeal")
@signed_in
def new_appeal(attempt: int) -> str | Response:
    return _form(attempt)


@bp.post("/attempts/<int:attempt>/appeal")
@signed_in
def ask_appeal(attempt: int) -> Response | tuple[str, int]:
    reasons = read_reasons(request.form)
    try:
        appeal = services.ask_appeal(current_actor(), attempt, reasons)
    except (Invalid, Conflict) as error:
        return _form(attempt, reasons, error), error.status
    flash(_("Your appeal is received."), "success")
    return redirect(url_for("grading.show_appeal", appeal=appeal), code=303)


@bp.get("/appeals/<int:appeal>")
@signed_in
def show_appeal(appeal: int) -> str:
    return _page(appeal)


@bp.post("/appeals/<int:appeal>/<any(withdrawal,assignment,decision,refusal,return):act>")
@signed_in
def act_on_appeal(appeal: int, act: str) -> Response | tuple[str, int]:
    actor, form = current_actor(), request.form
    reason = form.get("reason", "")
    try:
        if act == "withdrawal":
            services.withdraw_appeal(actor, appeal)
        elif act == "assignment":
            services.assign_appeal(actor, appeal, form.get("marker", type=int))
        elif act == "decision":
            services.decide_appeal(actor, appeal, reason=reason)
        elif act == "refusal":
            services.refuse_appeal(actor, appeal, reason=reason)
        else:
            services.return_appeal(actor, appeal, reason=reason)
    except (Invalid, Conflict) as error:
        return _page(appeal, error, typed={"act": act, "reason": reason}), error.status
    return redirect(url_for("grading.show_appeal", appeal=appeal), code=303)


@bp.get("/appeals/<int:appeal>/marks/files/<key>")
@signed_in
def show_remark_file(appeal: int, key: str) -> Response:
    return answer_file_response(file_for_remark(current_actor(), appeal, key))


@bp.get("/appeals/<int:appeal>/marks")
@signed_in
def show_remark(appeal: int) -> str:
    return _remark_page(appeal)


@bp.post("/appeals/<int:appeal>/marks")
@signed_in
def remark_appeal(appeal: int) -> Response | tuple[str, int]:
    actor = current_actor()
    view, questions = appeal_queries.get_remark(actor, appeal)
    marks = {one.slot: read_mark(request.form, f"{one.slot}.") for one in questions}
    try:
        services.remark_appeal(actor, appeal, marks)
    except (Invalid, Conflict) as error:
        typed = {one.slot: typed_mark(request.form, f"{one.slot}.") for one in questions}
        return _remark_page(appeal, typed, error), error.status
    flash(_("Your marks are stored; an approver decides now."), "success")
    return redirect(url_for("grading.index"), code=303)


def _form(attempt: int, reasons: Mapping[int, str] | None = None, error: AcademyError | None = None) -> str:
    actor = current_actor()
    view = get_attempt(actor, attempt)
    if not is_own(actor, view.attempt.person_id):
        raise NotFound(_l("There is no such attempt."))
    return render_template(
        "grading/ask.html",
        view=view,
        titles={
            slot.slot: slot.version.type.text(slot.version.spec, view.attempt.lang) for slot in view.slots
        },
        chance=appeal_queries.chance_of(actor, view, result_of(actor, view, view.attempt.lang)),
        reasons=reasons or {},
        error=error,
        errors=error.errors if error else {},
    )


def _page(appeal_id: int, error: AcademyError | None = None, typed: Mapping[str, str] | None = None) -> str:
    actor = current_actor()
    appeal = appeal_queries.get_appeal(actor, appeal_id)
    own = is_own(actor, appeal.person_id)
    leads = can_lead_appeal(actor, appeal) and appeal.state in ("submitted", "assigned")
    return render_template(
        "grading/appeal.html",
        appeal=appeal,
        own=own,
        candidates=appeal_queries.candidates(appeal) if leads else [],
        may_assign=leads,
        may_decide=can_decide_appeal(actor, appeal) and appeal.state in ("submitted", "remarked"),
        typed=typed or {},
        wording=wording,
        error=error,
        errors=error.errors if error else {},
    )


def _remark_page(
    appeal_id: int, typed: Mapping[int, Any] | None = None, error: AcademyError | None = None
) -> str:
    view, questions = appeal_queries.get_remark(current_actor(), appeal_id)
    blank: dict[str, Any] = {"levels": {}, "comments": {}, "points": "", "comment": ""}
    return render_template(
        "grading/remark.html",
        appeal=view,
        questions=questions,
        typed={one.slot: (typed or {}).get(one.slot, blank) for one in questions},
        error=error,
        errors=error.errors if error else {},
    )
