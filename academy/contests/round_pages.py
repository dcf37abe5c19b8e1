"""Pages of organisers about one round: its settings, its announcement, and its result until it is public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from academy.contests import exporting, forms, queries, results, services
from academy.contests.admin_pages import admin_page, back, managed
from academy.contests.blueprint import bp
from academy.contests.errors import ContestNotFound
from academy.contests.policies import (
    CONTEST_APPROVE,
    CONTEST_MANAGE,
    CONTEST_READ,
    can_approve_results,
    can_manage_contest,
)
from academy.contests.schemas import ClosingSettings, RoundSettings
from academy.contests.views import ContestView, RoundView
from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Forbidden, Invalid
from academy.kernel.http import current_actor, load
from academy.kernel.i18n import _, localized
from academy.kernel.rights import needs
from academy.quizzes.queries import get_quiz, quizzes_of_course

MORE_ROWS = 2


@bp.get("/admin/contests/<contest>/rounds/new")
@needs(CONTEST_MANAGE)
def new_round(contest: str) -> str:
    found = managed(contest)
    prizes = found.rounds[-1].prizes if found.rounds else []
    return _form(found, None, {"prizes": prizes}, {})


@bp.post("/admin/contests/<contest>/rounds")
@needs(CONTEST_MANAGE)
def add_round(contest: str) -> Any:
    found, typed = managed(contest), forms.read_round(request.form)
    try:
        services.add_round(current_actor(), contest, load(RoundSettings(), typed))
    except Invalid as error:
        return _form(found, None, typed, forms.flat_errors(error.errors)), error.status
    flash(_("The round was added."), "success")
    return back(contest)


@bp.get("/admin/contests/<contest>/rounds/<int:number>/edit")
@needs(CONTEST_MANAGE)
def edit_round(contest: str, number: int) -> str:
    found, current = _managed_round(contest, number)
    return _form(found, current, forms.shown_round(current, get_quiz(current.quiz_id).slug), {})


@bp.post("/admin/contests/<contest>/rounds/<int:number>/edit")
@needs(CONTEST_MANAGE)
def update_round(contest: str, number: int) -> Any:
    (found, current), typed = _managed_round(contest, number), forms.read_round(request.form)
    try:
        services.change_round(current_actor(), contest, number, load(RoundSettings(), typed))
    except (Invalid, Conflict) as error:
        return _form(found, current, typed, forms.flat_errors(error.errors), error), error.status
    flash(_("The round was changed."), "success")
    return back(contest)


@bp.post("/admin/contests/<contest>/rounds/<int:number>/removal")
@needs(CONTEST_MANAGE)
def remove_round(contest: str, number: int) -> Response:
    services.remove_round(current_actor(), contest, number)
    flash(_("The round was taken back."), "success")
    return back(contest)


@bp.post("/admin/contests/<contest>/rounds/<int:number>/quiz")
@needs(CONTEST_MANAGE)
def fit_quiz(contest: str, number: int) -> Response:
    try:
        services.fit_quiz(current_actor(), contest, number)
    except (Forbidden, Invalid, Conflict) as error:
        flash(f"{error.message} {error.next_step}".strip(), "error")
    else:
        flash(_("The quiz now has the window of the round, and one attempt."), "success")
    return back(contest)


@bp.post("/admin/contests/<contest>/rounds/<int:number>/announcement")
@needs(CONTEST_MANAGE)
def announce_round(contest: str, number: int) -> Response:
    try:
        services.announce_round(current_actor(), contest, number)
    except Conflict as error:
        flash(f"{error.message} {error.next_step}".strip(), "error")
    else:
        flash(_("The round is announced, with the commitment to the seed of its draw."), "success")
    return back(contest)


@bp.post("/admin/contests/<contest>/rounds/<int:number>/prolongation")
@needs(CONTEST_MANAGE)
def prolong_round(contest: str, number: int) -> Any:
    form = request.form
    try:
        later = {"closes_on": form.get("closes_on", ""), "closes_time": form.get("closes_time") or None}
        services.prolong_round(
            current_actor(), contest, number, load(ClosingSettings(), later), reason=form.get("reason", "")
        )
    except (Forbidden, Invalid, Conflict) as refusal:
        return admin_page(contest, refusal=refusal, about=number), refusal.status
    flash(_("Prolonged. Everybody reads it on the page of the round, with your reason."), "success")
    return back(contest)


@bp.get("/admin/contests/<contest>/results/<int:number>")
@needs(CONTEST_READ)
def show_result(contest: str, number: int) -> str:
    return _result_page(contest, number)


@bp.post("/admin/contests/<contest>/results/<int:number>/computation")
@needs(CONTEST_MANAGE)
def compute(contest: str, number: int) -> Any:
    return _act(contest, number, services.compute_again, _("Computed anew."))


@bp.post("/admin/contests/<contest>/results/<int:number>/draw")
@needs(CONTEST_MANAGE)
def draw(contest: str, number: int) -> Any:
    return _act(contest, number, services.draw, _("Drawn: the seed is public now."))


@bp.post("/admin/contests/<contest>/results/<int:number>/proposal")
@needs(CONTEST_MANAGE)
def propose(contest: str, number: int) -> Any:
    return _act(contest, number, services.propose, _("Handed in. Somebody else has to approve it."))


@bp.post("/admin/contests/<contest>/results/<int:number>/approval")
@needs(CONTEST_APPROVE)
def approve(contest: str, number: int) -> Any:
    return _act(contest, number, services.approve, _("Approved. The organisers can publish it now."))


@bp.post("/admin/contests/<contest>/results/<int:number>/return")
@needs(CONTEST_APPROVE)
def send_back(contest: str, number: int) -> Any:
    reason = request.form.get("reason", "")
    return _act(contest, number, services.send_back, _("Given back to the organisers."), reason=reason)


@bp.post("/admin/contests/<contest>/results/<int:number>/publication")
@needs(CONTEST_MANAGE)
def publish(contest: str, number: int) -> Any:
    return _act(contest, number, services.publish, _("Published."))


@bp.post("/admin/contests/<contest>/results/<int:number>/correction")
@needs(CONTEST_MANAGE)
def correct(contest: str, number: int) -> Any:
    reason = request.form.get("reason", "")
    return _act(contest, number, services.correct, _("A new version has been computed."), reason=reason)


@bp.get("/admin/contests/<contest>/results/<int:number>/export.<any(csv, xlsx):kind>")
@needs(CONTEST_MANAGE)
def export(contest: str, number: int, kind: str) -> Response:
    content, name, mime = exporting.export_result(current_actor(), contest, number, kind)
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _act(contest: str, number: int, service: Callable[..., None], done: str, **named: Any) -> Any:
    try:
        service(current_actor(), contest, number, **named)
    except (Invalid, Conflict, Forbidden) as refusal:
        return _result_page(contest, number, refusal), refusal.status
    flash(done, "success")
    return redirect(url_for(".show_result", contest=contest, number=number), code=303)


def _managed_round(slug: str, number: int) -> tuple[ContestView, RoundView]:
    found = managed(slug)
    current = found.round(number)
    if current is None:
        raise ContestNotFound
    return found, current


def _form(
    contest: ContestView,
    current: RoundView | None,
    values: Any,
    errors: Any,
    refusal: AcademyError | None = None,
) -> str:
    quizzes = quizzes_of_course(contest.course_id)
    return render_template(
        "contests/admin_round.html",
        contest=contest,
        round=current,
        values=values,
        errors=errors,
        refusal=refusal,
        quizzes=[("", _("Choose…")), *((quiz.slug, localized(quiz.title)) for quiz in quizzes)],
        more_rows=MORE_ROWS,
    )


def _result_page(slug: str, number: int, refusal: AcademyError | None = None) -> str:
    actor = current_actor()
    contest = queries.get_managed_contest(actor, slug)
    current = contest.round(number)
    if number and current is None:
        raise ContestNotFound
    versions = results.list_versions(contest, current.id if current else None)
    result = versions[0] if versions else None
    prizes = current.prizes if current else contest.prizes
    return render_template(
        "contests/admin_result.html",
        contest=contest,
        round=current,
        number=number,
        result=result,
        versions=versions,
        winners=results.winners(contest, result, prizes=prizes, full=True) if result else {},
        has_closed=current is None or clock.now() >= current.closes_at,
        may_manage=can_manage_contest(actor, contest),
        may_approve=can_approve_results(actor, contest),
        refusal=refusal,
        errors=refusal.errors if refusal else {},
    )
