"""Pages of the studio: a course's questions and their editors, for every kind that is installed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.authoring import queries, services
from academy.authoring.blueprint import bp
from academy.authoring.errors import DraftNotFound
from academy.authoring.services import QuestionPlace
from academy.authoring.views import StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.kernel.errors import AcademyError, Conflict, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import DEFAULT_LOCALE, LOCALES, _, _l, current_language
from academy.kernel.rights import needs
from academy.questions.queries import find_item, items_of_course, public_text
from academy.questions.registry import exercise_type, is_known, kinds
from academy.questions.services import checked_spec

PREVIEW_SEED = 1
RETIRED = "retired"


@bp.app_template_filter("kind_title")
def kind_title(kind: str) -> Any:
    """The titles of a kind of question, by language."""
    return exercise_type(kind).title


@bp.get("/studio/courses/<course>/questions")
@needs(COURSE_EDIT)
def list_questions(course: str) -> str:
    studio = queries.get_studio_course(current_actor(), course)
    wanted = request.args.get("lesson", "")
    items = items_of_course(studio.id, retired=True)
    lessons = [(row.slug, row.title) for row in studio.lessons]
    groups = [
        *lessons,
        *(((slug, None)) for slug in sorted({item.lesson for item in items} - dict(lessons).keys())),
    ]
    lang = current_language()
    return render_template(
        "authoring/questions.html",
        studio=studio,
        kinds=kinds(),
        wanted=wanted,
        groups=[
            (
                slug,
                title,
                [
                    (item, public_text(item.version, lang).split("\n")[0])
                    for item in items
                    if item.lesson == slug and item.state != RETIRED
                ],
            )
            for slug, title in groups
            if wanted in ("", slug)
        ],
        retired=[item for item in items if item.state == RETIRED],
        count=sum(item.state != RETIRED for item in items),
    )


@bp.get("/studio/courses/<course>/new-question")
@needs(COURSE_EDIT)
def new_question(course: str) -> str:
    kind = _kind(request.args.get("kind", ""))
    in_lessons = not getattr(exercise_type(kind), "for_quizzes_only", False)
    place = QuestionPlace(lesson=request.args.get("lesson", ""), use_lesson=in_lessons)
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
        key, _saved = services.add_question(current_actor(), course, kind, spec, place)
    except (Invalid, Conflict) as error:
        studio = queries.get_studio_course(current_actor(), course)
        return _editor(studio, kind, spec, place, error=error), error.status
    flash(
        _("The question is stored. Put [[exercise:%(key)s]] into the lesson to show it there.", key=key),
        "success",
    )
    return redirect(url_for("authoring.show_question", course=course, key=key), code=303)


@bp.get("/studio/courses/<course>/questions/<key>")
@needs(COURSE_EDIT)
def show_question(course: str, key: str) -> str:
    studio = queries.get_studio_course(current_actor(), course)
    item = _item(studio, key)
    place = QuestionPlace(
        lesson=item.lesson,
        outcome=item.outcome,
        difficulty=item.difficulty,
        use_lesson=item.use_lesson,
        use_pool=item.use_pool,
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
    error: AcademyError | None = None,
    tried: Any = None,
) -> str:
    lang = current_language()
    shown = tried if tried is not None else item.version.spec if item else None
    return render_template(
        "authoring/question.html",
        studio=studio,
        kind=exercise_type(kind),
        spec=spec,
        place=place,
        item=item,
        preview=exercise_type(kind).present(shown, PREVIEW_SEED, lang) if shown is not None else None,
        tried=tried is not None,
        lang=lang,
        languages=LOCALES,
        needed_languages=studio.languages or (DEFAULT_LOCALE,),
        errors=error.errors if error else {},
        error=error,
    )
