"""My searches: recent ones, saved ones, training needs I told; nobody else's."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from academy.catalog.queries import list_topics
from academy.kernel.errors import AcademyError
from academy.kernel.http import current_actor, redirect_back
from academy.kernel.i18n import LANGUAGE_NAMES, _, localized
from academy.kernel.rights import signed_in
from academy.plugins.manager import installed_modules
from academy.search import own_queries, remembering
from academy.search.blueprint import bp
from academy.search.wording import NEED_STATE_NAMES, NEED_TONES


@bp.get("/search/mine")
@signed_in
def show_own():
    actor = current_actor()
    return render_template(
        "search/mine.html",
        saved=own_queries.list_saved(actor, counted=True),
        recent=own_queries.list_recent(actor),
        needs=own_queries.list_own_needs(actor),
        remembering=own_queries.is_remembering(actor),
        state_names=NEED_STATE_NAMES,
        tones=NEED_TONES,
        address=lambda row: url_for("search.search_page", q=row.text, **row.filters),
        names=_names(),
    )


def _names() -> dict[str, str]:
    """What values of filters are called; a course is named by its address."""
    modules = {module.slug: localized(module.title) for module in installed_modules()}
    topics = {slug: localized(title) for slug, title in list_topics().items()}
    return {**topics, **modules, **LANGUAGE_NAMES}


@bp.post("/search/saved")
@signed_in
def save():
    try:
        remembering.save_search(
            current_actor(), request.form.get("name", ""), request.form.get("q", ""), _filters()
        )
    except AcademyError as refusal:
        flash(" ".join(str(text) for text in (refusal, refusal.next_step) if text), "error")
        return redirect_back(url_for("search.show_own"))
    flash(_("The search is saved. You find it under “My searches”."), "success")
    return redirect_back(url_for("search.show_own"))


@bp.post("/search/saved/<int:saved_id>/remove")
@signed_in
def remove_saved(saved_id: int):
    remembering.remove_saved(current_actor(), saved_id)
    flash(_("The saved search is removed."), "success")
    return _to_own()


@bp.post("/search/recent/clear")
@signed_in
def clear_recent():
    remembering.forget_recent(current_actor(), request.form.get("id", type=int))
    return _to_own()


@bp.post("/search/recent/switch")
@signed_in
def switch_recent():
    remember = request.form.get("remember") == "1"
    remembering.set_remembering(current_actor(), remember)
    text = (
        _("Your searches are remembered from now on; only you see them.")
        if remember
        else _("Your searches are not remembered any more, and the earlier ones are forgotten.")
    )
    flash(text, "success")
    return _to_own()


def _filters() -> dict[str, Any]:
    return {name: request.form.get(name, "") for name in remembering.FILTERS}


def _to_own() -> Response:
    return redirect(url_for("search.show_own"), code=303)
