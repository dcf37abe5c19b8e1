"""Pages of the studio: a course's questions and their editors, for every kind that is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.authoring import queries, services
from academy.authoring.blueprint import bp
from academy.authoring.checking import line_diff
from academy.authoring.errors import DraftNotFound
from academy.authoring.services import QuestionPlace
from academy.authoring.views import StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.catalog.queries import list_topics
from academy.kernel.errors import AcademyError, Conflict, Forbidden, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import DEFAULT_LOCALE, LANGUAGE_NAMES, LOCALES, _, _l, current_language
from academy.kernel.rights import needs
from academy.questions.card_queries import (
    Twin,
    card_of,
    find_twins,
    history_of,
    reviews_of,
    spec_of_version,
)
from academy.questions.cards import clean_tags
from academy.questions.queries import find_item
from academy.questions.registry import exercise_type, is_known
from academy.questions.reviewing import is_own
from academy.questions.services import checked_spec
from academy.questions.spec_lines import as_lines
from academy.questions.uses import uses_of

PREVIEW_SEED = 1


@bp.app_template_filter("kind_title")
def kind_title(kind: str) -> Any:
    """The titles of a kind of question, by language."""
    return exercise_type(kind).title


@bp.get("/studio/courses/<course>/new-question")
@needs(COURSE_EDIT)
def new_question(course: str) -> str:
    kind = _kind(request.args.get("kind", ""))
    in_lessons = not getattr(exercise_type(kind), "for_quizzes_only", False)
    lesson = request.args.get("lesson", "")
    place = QuestionPlace(lesson=lesson, use_lesson=in_lessons and bool(lesson))
    studio = queries.get_studio_course(current_actor(), course)
    return _editor(studio, kind, {}, place)


@bp.post("/studio/courses/<course>/new-question")
@needs(COURSE_EDIT)
def add_question(course: str) -> Any:
    kind = _kind(request.args.get("kind", ""))
    spec, place = exercise_type(kind).read_editor(request.form), _place()
    if request.form.get("act") == "try":
        return _tried(queries.get_studio_course(current_actor(), course), kind, spec, place)
    try:
        if request.form.get("act") != "anyway" and (twins := _twins(course, kind, spec)):
            studio = queries.get_studio_course(current_actor(), course)
            return _editor(studio, kind, spec, place, twins=twins), 409
        key, _saved = services.add_question(current_actor(), course, kind, spec, place)
    except (Invalid, Conflict) as error:
        studio = queries.get_studio_course(current_actor(), course)
        return _editor(studio, kind, spec, place, error=error), error.status
    if place.use_lesson:
        told = _(
            "The question is stored. Put [[exercise:%(key)s]] into the lesson to show it there.", key=key
        )
    else:
        told = _("The question is stored. Quizzes draw it from the pool.")
    flash(told, "success")
    return redirect(url_for("authoring.show_question", course=course, key=key), code=303)


@bp.get("/studio/courses/<course>/questions/<key>")
@needs(COURSE_EDIT)
def show_question(course: str, key: str) -> str:
    studio = queries.get_studio_course(current_actor(), course)
    item = _item(studio, key)
    card = card_of(item.item_id)
    place = QuestionPlace(
        lesson=item.lesson,
        outcome=item.outcome,
        difficulty=item.difficulty,
        use_lesson=item.use_lesson,
        use_pool=item.use_pool,
        category=card.category,
        tags=card.tags,
        topics=card.topics,
    )
    return _editor(studio, item.kind, item.version.spec, place, item=item)


@bp.post("/studio/courses/<course>/questions/<key>")
@needs(COURSE_EDIT)
def save_question(course: str, key: str) -> Any:
    actor = current_actor()
    studio = queries.get_studio_course(actor, course)
    item = _item(studio, key)
    spec, place = exercise_type(item.kind).read_editor(request.form), _place()
    if request.form.get("act") == "try":
        return _tried(studio, item.kind, spec, place, item)
    try:
        saved = services.change_question(actor, course, key, spec, place)
    except (Invalid, Conflict) as error:
        return _editor(studio, item.kind, spec, place, item=item, error=error), error.status
    flash(_("Stored as version %(n)s.", n=saved.number) if saved.changed else _("Stored."), "success")
    return redirect(url_for("authoring.show_question", course=course, key=key), code=303)


@bp.post("/studio/courses/<course>/questions/<key>/state")
@needs(COURSE_EDIT)
def change_question_state(course: str, key: str) -> Response:
    if request.form.get("act") == "restore":
        services.restore_question(current_actor(), course, key)
        flash(_("The question is back."), "success")
    else:
        services.retire_question(current_actor(), course, key)
        flash(
            _("The question is retired. It stands at the end of this list and can be brought back."),
            "success",
        )
    return redirect(url_for("authoring.list_questions", course=course), code=303)


@bp.get("/studio/courses/<course>/questions/<key>/retirement")
@needs(COURSE_EDIT)
def preview_retirement(course: str, key: str) -> str:
    """Where the question is used, and what retiring it would break."""
    studio = queries.get_studio_course(current_actor(), course)
    item = _item(studio, key)
    return render_template("authoring/retirement.html", studio=studio, item=item, uses=uses_of(item))


@bp.post("/studio/courses/<course>/questions/<key>/review")
@needs(COURSE_EDIT)
def review_question(course: str, key: str) -> Response:
    """One step of the review, or the word that a translation still fits."""
    actor, form = current_actor(), request.form
    try:
        if lang := form.get("lang"):
            services.confirm_translation(actor, course, key, lang)
        else:
            services.review_question(actor, course, key, form.get("act", ""), note=form.get("note", ""))
    except (Conflict, Forbidden, Invalid) as error:
        if isinstance(error, Forbidden) and error.rule != "questions.own":
            raise
        flash(" ".join(filter(None, (str(error.message), str(error.next_step or "")))), "error")
    else:
        flash(_("Stored."), "success")
    return redirect(url_for("authoring.show_question", course=course, key=key), code=303)


@bp.get("/studio/courses/<course>/questions/<key>/history")
@needs(COURSE_EDIT)
def show_question_history(course: str, key: str) -> str:
    """The versions of a question, and what one changed against another."""
    studio = queries.get_studio_course(current_actor(), course)
    item = _item(studio, key)
    versions = history_of(item.item_id)
    known = {version.number for version in versions}
    newer = _version(request.args.get("to"), known) or item.version.number
    older = _version(request.args.get("from"), known) or max(newer - 1, 1)
    old, new = (as_lines(spec_of_version(item.item_id, number)) for number in (older, newer))
    return render_template(
        "authoring/question_history.html",
        studio=studio,
        item=item,
        versions=versions,
        reviews=reviews_of(item.item_id),
        older=older,
        newer=newer,
        diff=line_diff(old, new, context=2) if older != newer else [],
    )


def _version(text: str | None, known: set[int]) -> int | None:
    number = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0
    return number if number in known else None


def _twins(course: str, kind: str, spec: Any) -> list[Twin]:
    """Questions of the course that are much like a new one; none while the new one is not sound."""
    studio = queries.get_studio_course(current_actor(), course)
    checked = checked_spec(kind, spec, studio.languages)
    return find_twins(studio.id, checked, lang=current_language())


def _kind(kind: str) -> str:
    if not is_known(kind):
        raise DraftNotFound(
            _l("There is no such kind of question."), next_step=_l("Choose a kind from the list.")
        )
    return kind


def _item(studio: StudioCourse, key: str) -> Any:
    item = find_item(studio.id, key)
    if item is None:
        raise DraftNotFound(_l("The course has no such question."))
    return item


def _place() -> QuestionPlace:
    difficulty = request.form.get("item.difficulty", "")
    use = request.form.getlist("item.use")
    return QuestionPlace(
        lesson=request.form.get("item.lesson", ""),
        outcome=request.form.get("item.outcome", ""),
        difficulty=int(difficulty) if difficulty.isdecimal() and len(difficulty) < 4 else 0,
        use_lesson="lesson" in use,
        use_pool="pool" in use,
        category=request.form.get("item.category", ""),
        tags=tuple(clean_tags(request.form.get("item.tags", "")[:2000].split(","))),
        topics=tuple(request.form.getlist("item.topics")[:50]),
    )


def _tried(studio: StudioCourse, kind: str, spec: Any, place: QuestionPlace, item: Any = None) -> Any:
    """The form as it was sent, with its faults or with what learners would see; nothing is stored."""
    try:
        checked = checked_spec(kind, spec, studio.languages)
    except Invalid as error:
        return _editor(studio, kind, spec, place, item=item, error=error), error.status
    return _editor(studio, kind, spec, place, item=item, tried=checked)


def _editor(
    studio: StudioCourse,
    kind: str,
    spec: Any,
    place: QuestionPlace,
    *,
    item: Any = None,
    twins: Sequence[Twin] = (),
    error: AcademyError | None = None,
    tried: Any = None,
) -> str:
    lang = current_language()
    shown = tried if tried is not None else item.version.spec if item else None
    card = card_of(item.item_id) if item else None
    return render_template(
        "authoring/question.html",
        studio=studio,
        kind=exercise_type(kind),
        spec=spec,
        place=place,
        item=item,
        tried=tried is not None,
        card=card,
        twins=find_twins(studio.id, item.version.spec, lang=lang, but=item.item_id) if item else twins,
        uses=uses_of(item) if item else (),
        reviews=reviews_of(item.item_id) if item else (),
        is_own=card is not None and is_own(current_actor(), card.author_id),
        topics=list_topics(),
        language_names=LANGUAGE_NAMES,
        preview=exercise_type(kind).present(shown, PREVIEW_SEED, lang) if shown is not None else None,
        lang=lang,
        languages=LOCALES,
        needed_languages=studio.languages or (DEFAULT_LOCALE,),
        errors=error.errors if error else {},
        error=error,
    )
