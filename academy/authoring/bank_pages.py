"""Pages of the studio: a course's questions, found, filed, and changed many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from academy.authoring import queries, services
from academy.authoring.blueprint import bp
from academy.authoring.views import StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.catalog.queries import list_topics
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, _, _l, current_language, ngettext
from academy.kernel.rights import needs
from academy.questions.bank_queries import (
    STATES,
    BankFacets,
    BankFilter,
    count_items,
    facets_of,
    list_items,
    matching_ids,
)
from academy.questions.bulk import list_bulk
from academy.questions.registry import kinds

RETIRED = "retired"
STATE_NAMES = {
    "draft": _l("draft"),
    "in_review": _l("in review"),
    "approved": _l("approved"),
    "retired": _l("retired"),
}
USE_NAMES = {"lesson": _l("lesson"), "pool": _l("quizzes"), "both": _l("lesson and quizzes")}
REFUSALS = {
    "own": _l("Nobody approves a question of their own."),
    "no_lesson": _l("They belong to no lesson that could use them."),
    "not_in_review": _l("Only what was handed in can be approved."),
}
TYPED = ("add_tag", "remove_tag", "category")
"""Changes whose value is typed; that of all others is part of the choice, ``difficulty=3``."""


@bp.app_template_filter("state_name")
def state_name(state: str) -> Any:
    """What a state of a question is called."""
    return STATE_NAMES.get(state, state)


@bp.get("/studio/courses/<course>/questions")
@needs(COURSE_EDIT)
def list_questions(course: str) -> str:
    return _page(course, request.args)


@bp.post("/studio/courses/<course>/question-changes")
@needs(COURSE_EDIT)
def change_questions(course: str) -> Any:
    """Show what a change of many questions would do, or make it (``act=apply``)."""
    actor, form = current_actor(), request.form
    studio = queries.get_studio_course(actor, course)
    what, value = _change(form)
    wanted = filter_of(form)
    ids = _ids(studio, form, wanted)
    back = _list_url(course, wanted)
    try:
        if form.get("act") == "apply":
            number, changed = services.change_questions(actor, course, ids, what, value)
            flash(ngettext("%(num)s question changed.", "%(num)s questions changed.", changed), "success")
            return redirect(_list_url(course, wanted, changed=number if changed else None), code=303)
        plan = services.plan_questions(actor, course, ids, what, value)
    except (Invalid, Conflict) as error:
        return _page(course, form, error=error), error.status
    return render_template(
        "authoring/bulk.html",
        studio=studio,
        plan=plan,
        change=_spoken(what, value),
        refusals=REFUSALS,
        fields={**wanted.as_args(), "change": form.get("change", ""), "value": form.get("value", "")},
        ids=() if "everything" in form else ids,
        back=back,
    )


@bp.post("/studio/courses/<course>/question-changes/<int:number>/undo")
@needs(COURSE_EDIT)
def undo_questions(course: str, number: int) -> Any:
    back = _list_url(course, filter_of(request.form))
    try:
        restored, kept = services.undo_questions(current_actor(), course, number)
    except Conflict as error:
        flash(str(error.message), "error")
        return redirect(back, code=303)
    words = ngettext("%(num)s question is as before.", "%(num)s questions are as before.", restored)
    if kept:
        words += " " + ngettext(
            "%(num)s was changed otherwise since and stays.",
            "%(num)s were changed otherwise since and stay.",
            kept,
        )
    flash(words, "success")
    return redirect(back, code=303)


def _list_url(course: str, wanted: BankFilter, **more: Any) -> str:
    return url_for("authoring.list_questions", course=course, **wanted.as_args(), **more)


def filter_of(given: Mapping[str, Any]) -> BankFilter:
    """The filter in an address or a form; what is none filters nothing."""

    def text(name: str) -> str:
        return " ".join(str(given.get(name) or "").split())[:200]

    difficulty = text("difficulty")
    language = text("language")
    lang, _colon, how = language.partition(":")
    return BankFilter(
        q=text("q"),
        kind=text("kind"),
        tag=text("tag"),
        topic=text("topic"),
        category=text("category"),
        state=text("state") if text("state") in STATES else "",
        outcome=text("outcome"),
        difficulty=int(difficulty) if difficulty in {"1", "2", "3", "4", "5"} else 0,
        language=language if lang in LANGUAGE_NAMES and how in ("missing", "stale") else "",
        lesson=text("lesson"),
        use=text("use") if text("use") in ("lesson", "pool") else "",
    )


def _page(course: str, given: Mapping[str, Any], *, error: AcademyError | None = None) -> str:
    studio = queries.get_studio_course(current_actor(), course)
    wanted, lang = filter_of(given), current_language()
    page = list_items(studio.id, wanted, cursor=request.args.get("cursor") or None, lang=lang)
    facets = facets_of(studio.id)
    steps = list_bulk(studio.id) if studio.is_editable else ()
    changes = [(step, _spoken(step.what, step.value)) for step in steps]
    just = request.args.get("changed", type=int)
    known_topics = dict.fromkeys(studio.description["topics"], 0) | dict(facets.topics)
    here = url_for("authoring.list_questions", course=course)
    return render_template(
        "authoring/questions.html",
        studio=studio,
        kinds=kinds(),
        wanted=wanted,
        page=page,
        facets=facets,
        found=facets.total if wanted.is_empty else count_items(studio.id, wanted),
        retired=list_items(studio.id, BankFilter(state=RETIRED), cursor=None, lang=lang).items
        if wanted.is_empty and facets.states.get(RETIRED)
        else (),
        topics=known_topics,
        topic_titles=list_topics() if known_topics or wanted.topic else {},
        lessons={row.slug: row.title for row in (*studio.lessons, *studio.removed)},
        state_chips=_chips(here, wanted, facets),
        uses=USE_NAMES,
        state_names=STATE_NAMES,
        language_names=LANGUAGE_NAMES,
        next_url=_list_url(course, wanted, cursor=page.next_cursor) if page.next_cursor else None,
        first_url=_list_url(course, wanted) if request.args.get("cursor") else None,
        changes=changes,
        just_changed=next(
            (one for one in changes if one[0].id == just and one[0].items and not one[0].is_undone), None
        ),
        chosen={int(value) for value in request.form.getlist("id") if value.isdecimal() and len(value) < 16},
        error=error,
        errors=error.errors if error else {},
    )


def _chips(here: str, wanted: BankFilter, facets: BankFacets) -> list[tuple[Any, str, bool, int]]:
    def url(state: str) -> str:
        args = {name: value for name, value in wanted.as_args().items() if name != "state"}
        course = here.split("/")[-2]
        return url_for(
            "authoring.list_questions", course=course, **args, **({"state": state} if state else {})
        )

    chips = [(_("all"), url(""), not wanted.state, facets.total)]
    return chips + [
        (STATE_NAMES[state], url(state), wanted.state == state, facets.states.get(state, 0))
        for state in STATES
    ]


def _change(form: Mapping[str, Any]) -> tuple[str, str]:
    what, _equals, value = (form.get("change") or "").partition("=")
    return what, (form.get("value") or "")[:400] if what in TYPED else value


def _ids(studio: StudioCourse, form: Any, wanted: BankFilter) -> list[int]:
    if "everything" in form:
        return matching_ids(studio.id, wanted)
    values = form.getlist("id")[:20_000]
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 16]


def _spoken(what: str, value: str) -> str:
    """A change in words."""
    if what == "add_tag":
        return _("Add the tag “%(tag)s”", tag=value)
    if what == "remove_tag":
        return _("Take the tag “%(tag)s” away", tag=value)
    if what == "category":
        return _("File under “%(path)s”", path=value) if value else _("Take out of the category")
    if what == "difficulty":
        return _("Difficulty %(n)s", n=value)
    if what == "outcome":
        return _("Outcome %(outcome)s", outcome=value)
    if what == "use":
        return _("Use: %(use)s", use=USE_NAMES.get(value, value))
    if what == "state":
        return _("State: %(state)s", state=STATE_NAMES.get(value, value))
    raise NotFound()
