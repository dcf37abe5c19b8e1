"""Pages of contests for everybody: what is on, taking part, boards, participation, how to check."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from academy.catalog.queries import find_course_by_id
from academy.contests import admin_pages, queries, results, round_pages, services, wording
from academy.contests.blueprint import bp
from academy.contests.errors import CannotEnter, ContestNotFound
from academy.contests.views import SECOND, ContestView, ResultView, RoundView
from academy.enrollment.errors import CannotEnroll
from academy.kernel import clock
from academy.kernel.errors import AcademyError, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, LOCALES, _, _l, _n, current_language
from academy.kernel.rights import public, signed_in
from academy.organization.wording import PERSON_KIND_NAMES
from academy.quizzes.errors import CannotStart
from academy.quizzes.queries import get_quiz
from academy.web.format import NO_BREAK
from academy.web.format import day as format_day
from academy.web.format import minutes as format_minutes
from academy.web.navigation import add_entry

__all__ = ["admin_pages", "bp", "round_pages"]

CHECKER = Path(__file__).with_name("check_draw.py")


@bp.record_once
def _enter_menus(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Contests"),
        endpoint="contests.index",
        icon="award",
        order=45,
        prefix="/contests",
    )
    add_entry(
        state.app,
        label=_l("Contests"),
        endpoint="contests.manage",
        icon="award",
        order=60,
        prefix="/admin/contests",
        menu="admin",
        note=_l("Rounds, boards, draws and results, approved by a second person."),
    )


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"wording": wording, "kind_names": PERSON_KIND_NAMES, "fewest": results.FEWEST}


@bp.app_template_filter("used_time")
def used_time(seconds: int | None) -> str:
    """``12:07``, or ``1:02:07``: time used, in tables."""
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@bp.app_template_filter("last_day")
def last_day(closes_at: datetime) -> str:
    """The last day of something that closes at an instant: what closes at midnight ends with the day before."""
    return format_day(closes_at - SECOND)


@bp.app_template_filter("remaining")
def remaining(instant: datetime) -> str:
    """The time until an instant in words: "3 days 4 hours", "2 hours 10 minutes"; at least a minute."""
    left = max(1, math.ceil((instant - clock.now()).total_seconds() / 60))
    days, rest = divmod(left, 24 * 60)
    if not days:
        return format_minutes(left)
    hours = rest // 60
    parts = [_n("%(num)s day", "%(num)s days", days)]
    if hours:
        parts.append(_n("%(num)s hour", "%(num)s hours", hours))
    return " ".join(part.replace(" ", NO_BREAK) for part in parts)


@bp.get("/contests")
@public
def index() -> str:
    page = queries.list_public(cursor=request.args.get("cursor"))
    return render_template("contests/index.html", page=page)


@bp.get("/contests/<contest>")
@public
def show(contest: str) -> str:
    actor = current_actor()
    found = queries.get_contest(actor, contest)
    published = results.published_results(found)
    rounds = found.shown_rounds
    return render_template(
        "contests/contest.html",
        contest=found,
        rounds=rounds,
        current=next((one for one in rounds if one.phase == "open"), None)
        or next((one for one in rounds if one.phase == "announced"), None),
        published=published,
        entries=queries.own_entries(actor.person_id, found.id),
        may_manage=admin_pages.may_read(actor, found),
    )


@bp.get("/contests/<contest>/rounds/<int:number>")
@public
def show_round(contest: str, number: int) -> str:
    return _round_page(contest, number)


@bp.post("/contests/<contest>/rounds/<int:number>/entry")
@signed_in
def enter(contest: str, number: int) -> Any:
    lang = request.form.get("lang")
    try:
        attempt = services.enter(
            current_actor(),
            contest,
            number,
            prediction=_typed(),
            lang=lang if lang in LOCALES else current_language(),
        )
    except (Invalid, CannotEnter, CannotEnroll, CannotStart) as refusal:
        return _round_page(contest, number, refusal), refusal.status
    return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)


@bp.post("/contests/<contest>/rounds/<int:number>/prediction")
@signed_in
def predict(contest: str, number: int) -> Any:
    try:
        entry = services.change_prediction(current_actor(), contest, number, prediction=_typed())
    except (Invalid, CannotEnter) as refusal:
        return _round_page(contest, number, refusal), refusal.status
    flash(_("Your prediction is stored: %(value)s.", value=entry.prediction), "success")
    return redirect(url_for(".show_round", contest=contest, number=number), code=303)


@bp.get("/contests/<contest>/results/<int:number>")
@public
def show_board(contest: str, number: int) -> str:
    found, current, result = published_result(contest, number)
    wanted = request.args.get("board", "1")
    board = next((one for one in found.boards if str(one.position) == wanted), found.boards[0])
    return render_template(
        "contests/board.html",
        contest=found,
        round=current,
        number=number,
        result=result,
        board=board,
        page=results.board_page(
            found,
            result,
            board.id,
            prizes=current.prizes if current else found.prizes,
            person_id=current_actor().person_id,
            cursor=request.args.get("cursor"),
        ),
    )


@bp.get("/contests/<contest>/results/<int:number>/units")
@public
def show_league(contest: str, number: int) -> str:
    found, current, result = published_result(contest, number)
    return render_template(
        "contests/league.html",
        contest=found,
        round=current,
        number=number,
        result=result,
        units=results.league(result),
    )


@bp.get("/contests/<contest>/check")
@public
def show_check(contest: str) -> str:
    found = queries.get_contest(current_actor(), contest)
    return render_template("contests/check.html", contest=found, published=results.published_results(found))


@bp.get("/contests/check_draw.py")
@public
def checker() -> Response:
    """The program with which anyone computes a published result anew."""
    answer = make_response(CHECKER.read_text(encoding="utf-8"))
    answer.headers["Content-Type"] = "text/x-python; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=check_draw.py"
    return answer


@bp.get("/contests/<contest>/me")
@signed_in
def show_own(contest: str) -> str:
    actor = current_actor()
    found = queries.get_contest(actor, contest)
    return render_template(
        "contests/own.html",
        contest=found,
        entries=queries.own_entries(actor.person_id, found.id),
        places={one.number: one for one in results.own_places(found, actor.person_id)},
        withdrawn_at=queries.name_withdrawn_at(actor.person_id, found.id),
    )


@bp.post("/contests/<contest>/name")
@signed_in
def set_name(contest: str) -> Response:
    withdrawn = request.form.get("name") != "shown"
    services.withdraw_name(current_actor(), contest, withdrawn=withdrawn)
    flash(
        _("Your name is no longer shown.") if withdrawn else _("Your name is shown where you win a prize."),
        "success",
    )
    return redirect(url_for(".show_own", contest=contest), code=303)


def published_result(slug: str, number: int) -> tuple[ContestView, RoundView | None, ResultView]:
    """A published result with its contest; ``number`` 0 is the whole contest.

    Raises:
        ContestNotFound: there is none, or not yet.
    """
    contest = queries.get_contest(current_actor(), slug)
    current = contest.round(number)
    result = results.find_published(contest, current)
    if result is None or (number and current is None) or not contest.boards:
        raise ContestNotFound
    return contest, current, result


def _typed() -> int | None:
    text = request.form.get("prediction", "").replace(".", "").replace(" ", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _round_page(slug: str, number: int, refusal: AcademyError | None = None) -> str:
    actor = current_actor()
    contest, current = queries.get_round(actor, slug, number)
    entry = queries.own_entries(actor.person_id, contest.id).get(number)
    quiz = get_quiz(current.quiz_id)
    course = find_course_by_id(contest.course_id)
    asks = actor.is_authenticated and entry is None
    return render_template(
        "contests/round.html",
        contest=contest,
        round=current,
        quiz=quiz,
        entry=entry,
        board=contest.board(entry.board_id) if entry else None,
        obstacles=list(services.obstacles_to_enter(actor, contest, current)) if asks else [],
        refusal=refusal,
        errors=refusal.errors if refusal else {},
        typed=request.form.get("prediction"),
        result=results.find_published(contest, current),
        paper_languages=[
            (code, LANGUAGE_NAMES[code])
            for code in (course.languages if course else ())
            if code in LANGUAGE_NAMES
        ],
    )
