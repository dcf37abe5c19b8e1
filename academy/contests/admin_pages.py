"""Pages of organisers: the list of contests, setting one up, its check list, and whose entries do not count."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from academy.catalog.queries import find_course_by_id, list_courses
from academy.contests import forms, queries, results, services
from academy.contests.blueprint import bp
from academy.contests.checklist import missing_for_contest, missing_for_round
from academy.contests.errors import NotReady
from academy.contests.policies import (
    CONTEST_MANAGE,
    CONTEST_READ,
    can_manage_contest,
    can_read_contest,
)
from academy.contests.schemas import ContestSettings
from academy.contests.views import ContestView
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import AcademyError, Invalid
from academy.kernel.http import current_actor, load
from academy.kernel.i18n import _, _l, localized
from academy.kernel.rights import needs

may_read = can_read_contest

MORE_ROWS = 2


@bp.get("/admin/contests")
@needs(CONTEST_READ)
def manage() -> str:
    actor = current_actor()
    page = queries.list_managed(actor, cursor=request.args.get("cursor"))
    return render_template("contests/admin_list.html", page=page, may_create=actor.may(CONTEST_MANAGE))


@bp.get("/admin/contests/new")
@needs(CONTEST_MANAGE)
def new() -> str:
    return _form({"title": {}, "summary": {}, "rules": {}, "boards": [], "prizes": []}, {})


@bp.post("/admin/contests")
@needs(CONTEST_MANAGE)
def create() -> Any:
    typed = forms.read_contest(request.form)
    try:
        made = services.create_contest(current_actor(), load(ContestSettings(), typed))
    except Invalid as error:
        return _form(typed, forms.flat_errors(error.errors)), error.status
    flash(_("The contest is set up as a draft. Now add its rounds."), "success")
    return redirect(url_for(".show_admin", contest=made.slug), code=303)


@bp.get("/admin/contests/<contest>")
@needs(CONTEST_READ)
def show_admin(contest: str) -> str:
    return admin_page(contest)


@bp.get("/admin/contests/<contest>/edit")
@needs(CONTEST_MANAGE)
def edit(contest: str) -> str:
    found = managed(contest)
    course = find_course_by_id(found.course_id)
    return _form(forms.shown_contest(found, course.slug if course else ""), {}, found)


@bp.post("/admin/contests/<contest>/edit")
@needs(CONTEST_MANAGE)
def update(contest: str) -> Any:
    found = managed(contest)
    typed = forms.read_contest(request.form)
    try:
        services.change_contest(current_actor(), contest, load(ContestSettings(), typed))
    except Invalid as error:
        return _form(typed, forms.flat_errors(error.errors), found), error.status
    flash(_("The contest was changed."), "success")
    return redirect(url_for(".show_admin", contest=contest), code=303)


@bp.post("/admin/contests/<contest>/announcement")
@needs(CONTEST_MANAGE)
def announce(contest: str) -> Any:
    try:
        services.announce_contest(current_actor(), contest)
    except NotReady as error:
        return admin_page(contest, refusal=error), error.status
    flash(_("The contest is public. Now announce its rounds, each before it opens."), "success")
    return redirect(url_for(".show_admin", contest=contest), code=303)


@bp.post("/admin/contests/<contest>/exclusions")
@needs(CONTEST_MANAGE)
def exclude(contest: str) -> Any:
    found = managed(contest)
    try:
        person_id = queries.find_person(found, request.form.get("person", ""))
        if person_id is None:
            message = _l("Nobody of this unit has this number, user name or staff code.")
            raise Invalid(message, errors={"person": [message]})
        services.exclude(current_actor(), contest, person_id, reason=request.form.get("reason", ""))
    except Invalid as error:
        return admin_page(contest, errors=error.errors), error.status
    flash(_("Excluded. The next result that is computed leaves the entries out."), "success")
    return redirect(url_for(".show_admin", contest=contest) + "#exclusions", code=303)


@bp.post("/admin/contests/<contest>/exclusions/<int:exclusion>/lifting")
@needs(CONTEST_MANAGE)
def include_again(contest: str, exclusion: int) -> Any:
    try:
        services.include_again(current_actor(), contest, exclusion, reason=request.form.get("reason", ""))
    except Invalid as error:
        flash(str(error.message), "error")
    else:
        flash(_("Counts again in the next result that is computed."), "success")
    return redirect(url_for(".show_admin", contest=contest) + "#exclusions", code=303)


def managed(slug: str) -> ContestView:
    """A contest that the actor runs.

    Raises:
        ContestNotFound, Forbidden
    """
    found = queries.get_managed_contest(current_actor(), slug)
    require(current_actor(), can_manage_contest, found)
    return found


def back(contest: str) -> Response:
    return redirect(url_for(".show_admin", contest=contest), code=303)


def admin_page(
    slug: str, *, refusal: AcademyError | None = None, errors: Any = None, about: int | None = None
) -> str:
    """The page of a contest for its organisers; ``about``: the number of the round that a refusal is about."""
    actor: Actor = current_actor()
    contest = queries.get_managed_contest(actor, slug)
    course = find_course_by_id(contest.course_id)
    return render_template(
        "contests/admin_contest.html",
        contest=contest,
        course=course,
        may_manage=can_manage_contest(actor, contest),
        missing=missing_for_contest(contest) if not contest.is_public else [],
        missing_by_round={
            one.number: missing_for_round(contest, one) for one in contest.rounds if one.announced_at is None
        },
        results=results.newest_results(contest),
        exclusions=queries.list_exclusions(contest.id),
        refusal=refusal,
        errors=errors or {},
        about=about,
        typed=request.form,
    )


def _form(values: Any, errors: Any, contest: ContestView | None = None) -> str:
    actor = current_actor()
    courses = list_courses(actor, limit=200).page.items
    return render_template(
        "contests/admin_form.html",
        values=values,
        errors=errors,
        contest=contest,
        courses=[("", _("Choose…")), *((card.slug, localized(card.title)) for card in courses)],
        units=queries.owner_choices(actor.scopes(CONTEST_MANAGE)) if contest is None else [],
        more_rows=MORE_ROWS,
    )
