"""Training needs: telling one, and the list of those who look after a unit's training."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from academy.kernel.errors import Conflict, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _n
from academy.kernel.rights import needs, signed_in
from academy.search import need_queries
from academy.search import needs as need_services
from academy.search.blueprint import bp
from academy.search.models import NEED_STATES, OPEN
from academy.search.policies import TRAINING_NEEDS
from academy.search.wording import DECISION_NAMES, NEED_STATE_NAMES


@bp.get("/search/need")
@signed_in
def tell_need():
    return _need_form(request.args.get("q", ""), "", {})


@bp.post("/search/need")
@signed_in
def file_need():
    query, note = request.form.get("q", ""), request.form.get("note", "")
    try:
        need_services.file_need(current_actor(), query, note)
    except (Invalid, Conflict) as refusal:
        errors = refusal.errors or {"q": [f"{refusal.message} {refusal.next_step}"]}
        return _need_form(query, note, errors), refusal.status
    flash(
        _("Thank you. The training officers of your unit see this need; their answer will stand here."),
        "success",
    )
    return redirect(url_for("search.show_own", _anchor="needs"), code=303)


def _need_form(query: str, note: str, errors: dict):
    return render_template("search/need.html", query=query, note=note, errors=errors)


@bp.get("/admin/training-needs")
@needs(TRAINING_NEEDS)
def list_needs():
    return _list(request.args.get("state", OPEN), {}, 200)


def _list(state: str, errors: dict, status: int, answered: int = 0):
    state = state if state in NEED_STATES else OPEN
    page = render_template(
        "search/needs.html",
        groups=need_queries.list_needs(current_actor(), state),
        state=state,
        states=[(name, NEED_STATE_NAMES[name]) for name in NEED_STATES],
        decisions=list(DECISION_NAMES.items()),
        errors=errors,
        answered=answered,
        typed=request.form,
    )
    return page, status


@bp.post("/admin/training-needs/<int:need_id>/answer")
@needs(TRAINING_NEEDS)
def answer_need(need_id: int):
    try:
        count = need_services.answer_need(
            current_actor(), need_id, request.form.get("decision", ""), request.form.get("answer", "")
        )
    except Invalid as refusal:
        return _list(request.form.get("state", OPEN), refusal.errors, refusal.status, need_id)
    flash(_n("%(num)s need is answered.", "%(num)s needs are answered.", count), "success")
    return redirect(url_for("search.list_needs"), code=303)
