"""Bringing questions into a course: send a file, read what would happen, confirm; written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from academy.audit.services import record
from academy.authoring.errors import DraftNotFound
from academy.authoring.exchange_models import (
    APPLIED,
    APPLYING,
    CHECKED,
    CHECKING,
    DISCARDED,
    FAILED,
    QuestionImport,
    QuestionImportItem,
)
from academy.authoring.question_planning import (
    ImportOptions,
    Report,
    checked_options,
    lessons_of,
    outcomes_of,
    planned,
)
from academy.authoring.working_copy import editable_course, locked_course_draft
from academy.catalog.queries import find_course_by_id
from academy.catalog.services import store_media
from academy.catalog.views import CourseView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound, TooLarge
from academy.kernel.i18n import _l
from academy.kernel.storage import exports
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.identity import actor_of_account
from academy.questions.exchange.formats import format_of
from academy.questions.exchange.planning import CHANGED, NEW, REFUSED, Plan
from academy.questions.queries import hashes_of_course
from academy.questions.storing import store_items

__all__ = [
    "ImportOptions",
    "apply_question_import",
    "check_question_import",
    "confirm_question_import",
    "discard_question_import",
    "forget_old_question_imports",
    "get_question_import",
    "import_questions_at_once",
    "place_question_import",
    "start_question_import",
]

MAX_BYTES = 32 * 1024 * 1024
# what is read while the sender waits; more is a job (some two hundred questions)
AT_ONCE = 128 * 1024
KEPT = timedelta(days=7)
_CHUNK = 500


def start_question_import(
    actor: Actor, slug: str, data: bytes, file_name: str, options: ImportOptions
) -> QuestionImport:
    """Take a file in. A short one is judged at once; for a long one a job is left (``job_id``).

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        TooLarge: more than :data:`MAX_BYTES`.
        Invalid: it is no file of questions, is not safe to read, or an option is wrong; ``errors`` by field.
    """
    course = editable_course(actor, slug)
    chosen = checked_options(course, options)
    if not data:
        message = _l("Choose a file.")
        raise Invalid(message, rule="questions.file", errors={"file": [message]})
    if len(data) > MAX_BYTES:
        message = _l("The file is larger than %(size)s MB.", size=MAX_BYTES // 1024**2)
        raise TooLarge(message, rule="questions.file", next_step=_l("Divide it into smaller ones."))
    name = clean(file_name)[:200] or "questions"
    chosen["format"] = format_of(data, name, options.format).name
    stored = QuestionImport(
        course_id=course.id,
        account_id=actor.account_id,
        file_name=name,
        options=chosen,
        summary={"counts": {}},
    )
    plan = planned(course, data, chosen) if len(data) <= AT_ONCE else None
    with unit_of_work() as work:
        stored.upload = exports().put(data)
        work.session.add(stored)
        work.session.flush()
        if plan is not None:
            _keep(work, stored, plan)
        else:
            job = work.enqueue("authoring.check_questions", owner=actor.account_id, import_id=stored.id)
            stored.job_id = job.id
    return stored


def check_question_import(import_id: int, report: Report) -> Mapping[str, Any]:
    """What the job does: read and judge a long file; doing it again changes nothing."""
    stored = db.session.get(QuestionImport, import_id)
    if stored is None or stored.state != CHECKING:
        return {}
    course = _course_of(stored)
    try:
        plan = planned(course, exports().read(stored.upload), stored.options, report)
    except AcademyError as error:
        _fail(import_id, error)
        return _link(course, import_id)
    with unit_of_work() as work:
        _keep(work, work.session.get(QuestionImport, import_id), plan)
    return _link(course, import_id)


def place_question_import(
    actor: Actor, slug: str, import_id: int, places: Mapping[str, tuple[str, str]]
) -> QuestionImport:
    """File the questions of categories under lessons and outcomes, and judge the file anew.

    Raises:
        DraftNotFound, Forbidden; Conflict: it is not waiting to be confirmed; Invalid: no such lesson or outcome.
    """
    stored = get_question_import(actor, slug, import_id)
    _require_state(stored, CHECKED)
    course = editable_course(actor, slug)
    lessons, outcomes = lessons_of(course), outcomes_of(course)
    known = set(stored.summary.get("categories", ()))
    chosen = {
        name: [lesson, outcome]
        for name, (lesson, outcome) in places.items()
        if name in known and (lesson or outcome)
    }
    if any(
        (lesson and lesson not in lessons) or (outcome and outcome not in outcomes)
        for lesson, outcome in chosen.values()
    ):
        message = _l("The course has no such lesson or outcome.")
        raise Invalid(message, rule="questions.place", errors={"categories": [message]})
    options = {**stored.options, "categories": chosen}
    data = exports().read(stored.upload)
    plan = planned(course, data, options) if len(data) <= AT_ONCE else None
    with unit_of_work() as work:
        stored.options = options
        if plan is not None:
            _keep(work, stored, plan)
        else:
            stored.state = CHECKING
            job = work.enqueue("authoring.check_questions", owner=actor.account_id, import_id=stored.id)
            stored.job_id = job.id
    return stored


def confirm_question_import(actor: Actor, slug: str, import_id: int) -> QuestionImport:
    """Write a judged file: a short one at once, a long one by a job. Refused questions are left out.

    Raises:
        DraftNotFound, Forbidden
        Conflict: it is not waiting to be confirmed, would change nothing, or what it would do has changed.
    """
    stored = get_question_import(actor, slug, import_id)
    course = editable_course(actor, slug)
    _require_state(stored, CHECKED)
    counts = stored.summary["counts"]
    if not counts.get(NEW) and not counts.get(CHANGED):
        raise Conflict(_l("The file changes nothing."), rule="questions.import")
    data = exports().read(stored.upload)
    plan = planned(course, data, stored.options) if len(data) <= AT_ONCE else None
    with unit_of_work() as work:
        # of two clicks one confirms
        taken = work.session.execute(
            update(QuestionImport)
            .where(QuestionImport.id == import_id, QuestionImport.state == CHECKED)
            .values(state=APPLYING)
        ).rowcount
        if not taken:
            raise _not_waiting()
        work.session.refresh(stored)
        if plan is not None:
            _apply(work, actor, course, stored, plan)
        else:
            job = work.enqueue("authoring.apply_questions", owner=actor.account_id, import_id=import_id)
            stored.job_id = job.id
    return stored


def apply_question_import(import_id: int, report: Report) -> Mapping[str, Any]:
    """What the job does: write a confirmed file; doing it again changes nothing."""
    stored = db.session.get(QuestionImport, import_id)
    if stored is None or stored.state != APPLYING:
        return {}
    course = _course_of(stored)
    try:
        actor = actor_of_account(stored.account_id) if stored.account_id else Actor.system()
        if actor is None:
            raise NotFound(_l("The account that sent the file is closed."))
        editable_course(actor, course.slug)
        plan = planned(course, exports().read(stored.upload), stored.options, report)
        with unit_of_work() as work:
            _apply(work, actor, course, work.session.get(QuestionImport, import_id), plan)
    except AcademyError as error:  # since it was confirmed questions or rights have changed
        _fail(import_id, error)
    return _link(course, import_id)


def discard_question_import(actor: Actor, slug: str, import_id: int) -> None:
    """Forget a file that is not to be written.

    Raises:
        DraftNotFound, Forbidden; Conflict: it has been confirmed.
    """
    with unit_of_work() as work:
        stored = get_question_import(actor, slug, import_id)
        if stored.state in (APPLYING, APPLIED):
            raise Conflict(_l("This file has been confirmed already."), rule="questions.import")
        _forget_items(work, stored.id)
        stored.state = DISCARDED


def import_questions_at_once(
    actor: Actor, slug: str, data: bytes, file_name: str, options: ImportOptions, *,
    dry_run: bool = False, leave_out_refused: bool = False,
) -> QuestionImport:  # fmt: skip
    """For programs: judge a file and, unless it is a dry run, write it.

    A file too long to be judged at once is left to a job, and must be confirmed after it.

    Raises:
        As :func:`start_question_import`; Invalid: questions are refused and ``leave_out_refused`` is False.
    """
    stored = start_question_import(actor, slug, data, file_name, options)
    counts = stored.summary["counts"]
    if dry_run or stored.state != CHECKED:
        return stored
    if counts[REFUSED] and not leave_out_refused:
        raise Invalid(
            _l("Nothing was imported, because %(n)s questions cannot come in.", n=counts[REFUSED]),
            rule="questions.refused",
            next_step=_l("Ask for a dry run to read why; correct the file, or leave those questions out."),
        )
    if counts[NEW] or counts[CHANGED]:
        return confirm_question_import(actor, slug, stored.id)
    return stored


def get_question_import(actor: Actor, slug: str, import_id: int) -> QuestionImport:
    """A file that was sent to a course, for whoever may edit the course.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        DraftNotFound: there is none, or it has been forgotten.
    """
    course = editable_course(actor, slug)
    stored = db.session.get(QuestionImport, import_id)
    if stored is None or stored.course_id != course.id:
        raise DraftNotFound(_l("There is no such file, or it has been forgotten."))
    return stored


def forget_old_question_imports() -> int:
    """Remove what was noted of files a week ago and earlier; how many files."""
    with unit_of_work() as work:
        old = work.session.scalars(
            select(QuestionImport.id).where(QuestionImport.created_at < clock.now() - KEPT)
        ).all()
        if old:
            work.session.execute(delete(QuestionImport).where(QuestionImport.id.in_(old)))
        return len(old)


# --- steps ----------------------------------------------------------------------------------------


def _keep(work: UnitOfWork, stored: QuestionImport, plan: Plan) -> None:
    """Store the verdicts, for showing and for comparing when it is confirmed."""
    _forget_items(work, stored.id)
    stored.state, stored.digest = CHECKED, plan.digest
    stored.summary = {
        "counts": plan.counts,
        "notes": [[note.code, dict(note.params)] for note in plan.notes],
        "categories": list(plan.categories),
    }
    rows = [
        {
            "import_id": stored.id,
            "number": item.number,
            "verdict": item.verdict,
            "differs": bool(item.notes),
            "body": {
                "title": item.title,
                "key": item.key,
                "kind": item.kind,
                "line": item.line,
                "file": item.file,
                "notes": [[note.code, dict(note.params)] for note in item.notes],
            },
        }
        for item in plan.items
    ]
    for start in range(0, len(rows), _CHUNK):
        work.session.execute(insert(QuestionImportItem), rows[start : start + _CHUNK])


def _apply(work: UnitOfWork, actor: Actor, course: CourseView, stored: QuestionImport, plan: Plan) -> None:
    locked_course_draft(work, actor, course)
    # planned before the lock was taken: what is to be written over must be what was planned from
    now = hashes_of_course(course.id)
    stale = any(now.get(draft.key) != plan.known.get(draft.key) for draft in plan.drafts)
    if stale or plan.digest != stored.digest:
        raise Conflict(
            _l("Since the file was checked, questions of the course have changed. Nothing was imported."),
            rule="questions.outdated",
            next_step=_l("Send the file again and look at the new verdicts."),
        )
    for path, data in plan.media.items():
        store_media(actor, course.id, path, data)
    store_items(actor, course.id, plan.drafts)
    stored.state, stored.applied_at = APPLIED, clock.now()
    details = {"file": stored.file_name, "format": stored.options["format"], **plan.counts}
    record(actor, "authoring.questions.import", "course", course.slug, details=details)


def _fail(import_id: int, error: AcademyError) -> None:
    with unit_of_work() as work:
        stored = work.session.get(QuestionImport, import_id)
        stored.state = FAILED
        stored.summary = {**stored.summary, "problem": [str(error.message), str(error.next_step)]}


def _forget_items(work: UnitOfWork, import_id: int) -> None:
    work.session.execute(delete(QuestionImportItem).where(QuestionImportItem.import_id == import_id))


def _course_of(stored: QuestionImport) -> CourseView:
    course = find_course_by_id(stored.course_id)
    assert course is not None  # its imports are deleted with it
    return course


def _link(course: CourseView, import_id: int) -> dict[str, str]:
    return {"url": f"/studio/courses/{course.slug}/question-imports/{import_id}"}


def _require_state(stored: QuestionImport, state: str) -> None:
    if stored.state != state:
        raise _not_waiting()


def _not_waiting() -> Conflict:
    return Conflict(_l("This file is not waiting to be confirmed."), rule="questions.import")
