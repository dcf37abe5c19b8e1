"""Decks: the list, the words, practising, statistics; and what the templates of exercises use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from academy.sdk import (
    Invalid,
    _,
    _l,
    _n,
    course_media_url,
    current_actor,
    localized,
    public,
    signed_in,
)
from courses.foreign_languages import queries, services
from courses.foreign_languages.error_classes import ERROR_CLASSES
from courses.foreign_languages.memory import NEW_PER_DAY, Rating

__all__ = ["bp"]

bp = Blueprint(
    "foreign_languages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
bp.add_app_template_global(course_media_url, "foreign_languages_audio")

RATING_NAMES = {
    Rating.AGAIN: {"vi": "Chưa nhớ", "en": "Again", "de": "Nochmal"},
    Rating.HARD: {"vi": "Khó", "en": "Hard", "de": "Schwer"},
    Rating.GOOD: {"vi": "Nhớ được", "en": "Good", "de": "Gut"},
    Rating.EASY: {"vi": "Dễ", "en": "Easy", "de": "Leicht"},
}
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@bp.app_template_filter("dictation_error")
def dictation_error(error: str, lang: str) -> str:
    """The name of an error class."""
    return localized(ERROR_CLASSES[error], lang)


@bp.app_template_filter("card_interval")
def card_interval(interval: timedelta) -> str:
    """A time until a card comes back, in the largest unit that is whole enough: 10 minutes, 3 days, 5 months."""
    if interval < _HOUR:
        return _n("%(num)s minute", "%(num)s minutes", max(1, round(interval.total_seconds() / 60)))
    if interval < _DAY:
        return _n("%(num)s hour", "%(num)s hours", round(interval / _HOUR))
    days = interval.days
    if days < 60:
        return _n("%(num)s day", "%(num)s days", days)
    if days < 730:
        return _n("%(num)s month", "%(num)s months", round(days / 30.44))
    return _n("%(num)s year", "%(num)s years", round(days / 365.25))


@bp.get("/")
@signed_in
def list_decks() -> str:
    actor = current_actor()
    return render_template(
        "foreign_languages/decks.html",
        decks=queries.list_decks(actor),
        new_left=queries.new_left_today(actor.person_id),
        new_per_day=NEW_PER_DAY,
    )


@bp.get("/decks/<deck>")
@public
def show_deck(deck: str) -> str:
    actor = current_actor()
    found = queries.get_deck(actor, deck)
    return render_template(
        "foreign_languages/deck.html",
        deck=found,
        cards=queries.list_cards(found.id),
        leeches=queries.list_leeches(actor, found.id) if actor.person_id is not None else [],
    )


@bp.get("/decks/<deck>/review")
@signed_in
def review(deck: str) -> str:
    actor = current_actor()
    found = queries.get_deck(actor, deck)
    return render_template(
        "foreign_languages/review.html",
        deck=found,
        counts=queries.deck_counts(actor, found),
        task=queries.next_task(actor, found),
        last=queries.find_last_review(actor, found.id),
        new_left=queries.new_left_today(actor.person_id),
        new_per_day=NEW_PER_DAY,
        rating_names=RATING_NAMES,
    )


@bp.post("/decks/<deck>/review")
@signed_in
def rate(deck: str) -> Any:
    memory = services.rate_card(
        current_actor(), deck, _number("card"), _number("rating"), seen=_number("seen")
    )
    if memory.suspended_at is not None:
        flash(
            _n(
                "This card was forgotten %(num)s time and rests now. Look at it closely, then let it come back.",
                "This card was forgotten %(num)s times and rests now. Look at it closely, then let it come back.",
                memory.lapses,
            ),
            "warning",
        )
    return redirect(url_for("foreign_languages.review", deck=deck), 303)


@bp.post("/decks/<deck>/undo")
@signed_in
def undo(deck: str) -> Any:
    services.undo_last_review(current_actor(), deck)
    flash(_("Your last answer was taken back."), "success")
    return redirect(url_for("foreign_languages.review", deck=deck), 303)


@bp.post("/decks/<deck>/cards/<int:card>/resume")
@signed_in
def resume(deck: str, card: int) -> Any:
    services.resume_card(current_actor(), deck, card)
    flash(_("The card comes back."), "success")
    return redirect(url_for("foreign_languages.show_deck", deck=deck), 303)


@bp.get("/stats")
@signed_in
def show_statistics() -> str:
    return render_template("foreign_languages/stats.html", statistics=queries.statistics(current_actor()))


def _number(field: str) -> int:
    value = request.form.get(field, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= 15):
        raise Invalid(_l("This form is not complete."), errors={field: [_l("A number is missing.")]})
    return int(value)
