"""Pages for those who run classes. The class itself, with progress and documents, is shown by certificates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.catalog.queries import list_courses
from academy.classes import queries, services
from academy.classes.policies import CLASS_MANAGE, CLASS_READ, can_create_class, can_manage_class
from academy.classes.roster_lines import read_lines
from academy.classes.schemas import ClassForm
from academy.classes.views import ClassView
from academy.classes.wording import MODE_NAMES, STATE_NAMES
from academy.kernel.authorization import require
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.http import current_actor, load
from academy.kernel.i18n import _, _l, _n, localized
from academy.kernel.rights import needs
from academy.web.navigation import add_entry

bp = Blueprint("classes", __name__, template_folder="templates")


@bp.record_once
def _enter_menu(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Classes"),
        endpoint="classes.index",
        icon="users",
        order=40,
        prefix="/admin/classes",
    )


@bp.get("/admin/classes")
@needs(CLASS_READ)
def index() -> str:
    state = request.args.get("state", "")
    state = state if state in STATE_NAMES else ""
    q = request.args.get("q", "")[:200]
    page = queries.list_classes(current_actor(), q=q, state=state, cursor=request.args.get("cursor"))
    return render_template(
        "classes/index.html",
        page=page,
        q=q,
        state=state,
        states=STATE_NAMES,
        modes=MODE_NAMES,
        may_create=current_actor().may(CLASS_MANAGE),
    )


@bp.get("/admin/classes/new")
@needs(CLASS_MANAGE)
def new() -> str:
    return _form({}, {})


@bp.post("/admin/classes")
@needs(CLASS_MANAGE)
def create():
    actor = current_actor()
    try:
        values = load(ClassForm(), request.form.to_dict())
        people = _named_people()
        if "owner_unit_id" not in values:
            raise Invalid(errors={"owner_unit_id": [_("Choose the unit that answers for the class.")]})
        if not values["course"]:
            raise Invalid(errors={"course": [_("Choose a course.")]})
        if not values.get("title"):
            values.pop("title", None)
        run = services.create_class(actor, **values, **people)
    except Invalid as error:
        return _form(request.form, error.errors), error.status
    flash(_("The class is set up. Now add its members."), "success")
    return redirect(url_for(".members", code=run.code), code=303)


@bp.get("/admin/classes/<code>/edit")
@needs(CLASS_MANAGE)
def edit(code: str) -> str:
    run = _manageable(code)
    return _form(_shown(run), {}, run)


@bp.post("/admin/classes/<code>/edit")
@needs(CLASS_MANAGE)
def update(code: str):
    run = _manageable(code)
    try:
        values = load(ClassForm(), request.form.to_dict())
        for fixed in ("code", "course", "owner_unit_id"):
            values.pop(fixed, None)
        if run.state != "closed":
            values |= _named_people()
        services.update_class(current_actor(), code, **values)
    except Invalid as error:
        return _form(request.form, error.errors, run), error.status
    flash(_("The class was changed."), "success")
    return _to_class(run.code)


@bp.get("/admin/classes/<code>/members")
@needs(CLASS_MANAGE)
def members(code: str) -> str:
    return _members_page(_manageable(code))


@bp.post("/admin/classes/<code>/members")
@needs(CLASS_MANAGE)
def add(code: str):
    run = _manageable(code)
    keys = request.form.get("keys", "")
    try:
        if "person_id" in request.form:
            chosen = request.form.getlist("person_id", type=int)
            added = services.add_members(current_actor(), code, chosen)
        else:
            added = services.add_members_by_lines(current_actor(), code, keys)
    except Invalid as error:
        return _members_page(run, keys=keys, refused=error), error.status
    flash(
        _n("%(num)s person was added and enrolled.", "%(num)s people were added and enrolled.", added),
        "success",
    )
    return _to_class(run.code)


@bp.get("/admin/classes/<code>/members/<int:person_id>/removal")
@needs(CLASS_MANAGE)
def ask_removal(code: str, person_id: int) -> str:
    run = _manageable(code)
    if not queries.is_member(run.id, person_id):
        raise NotFound(_l("This person is not in the class."))
    return _removal_page(run, person_id, {})


@bp.post("/admin/classes/<code>/members/<int:person_id>/removal")
@needs(CLASS_MANAGE)
def remove(code: str, person_id: int):
    run = _manageable(code)
    try:
        services.remove_member(current_actor(), code, person_id, reason=request.form.get("reason", ""))
    except Invalid as error:
        return _removal_page(run, person_id, error.errors), error.status
    flash(_("The person is no longer in the class."), "success")
    return _to_class(run.code)


@bp.post("/admin/classes/<code>/closing")
@needs(CLASS_MANAGE)
def close(code: str) -> Response:
    run = services.close_class(current_actor(), code)
    flash(_("The class is closed."), "success")
    return _to_class(run.code)


@bp.post("/admin/classes/<code>/opening")
@needs(CLASS_MANAGE)
def reopen(code: str) -> Response:
    run = services.open_class(current_actor(), code)
    flash(_("The class is open."), "success")
    return _to_class(run.code)


# --- parts ----------------------------------------------------------------------------------------


def _manageable(code: str) -> ClassView:
    run = queries.get_class(current_actor(), code)
    require(current_actor(), can_manage_class, run)
    return run


def _to_class(code: str) -> Response:
    return redirect(f"/classes/{code}", code=303)


def _form(values: Any, errors: dict, run: ClassView | None = None) -> str:
    actor = current_actor()
    courses = list_courses(actor, limit=200).page.items if run is None else ()
    units = queries.owner_choices(actor) if run is None else ()
    return render_template(
        "classes/form.html",
        values=values,
        errors=errors,
        run=run,
        courses=[("", _("Choose…")), *((card.slug, localized(card.title)) for card in courses)],
        units=[(unit.id, unit.name) for unit in units if can_create_class(actor, unit.path)],
        modes=list(MODE_NAMES.items()),
    )


def _shown(run: ClassView) -> dict[str, Any]:
    """A class as its form is filled in at first."""
    names = ("title", "decision_no", "decision_date", "opens_on", "closes_on", "mode", "place")
    values = {name: getattr(run, name) for name in (*names, "signer_title", "signer_name")}
    keys = queries.usernames([*run.instructor_ids, *([run.supervisor_id] if run.supervisor_id else [])])
    values["instructors"] = "\n".join(sorted(keys[person] for person in run.instructor_ids if person in keys))
    values["supervisor"] = keys.get(run.supervisor_id, "")
    return values


def _named_people() -> dict[str, Any]:
    """Supervisor and instructors of the form, given by user name.

    Raises:
        Invalid: a name that nobody has.
    """
    people: dict[str, Any] = {}
    errors: dict[str, list] = {}
    for field in ("supervisor", "instructors"):
        lines = read_lines(current_actor(), request.form.get(field, ""))
        faults = [f"{line.key}: {line.fault}" for line in lines if line.person_id is None]
        if faults:
            errors[field] = faults
        ids = [line.person_id for line in lines]
        if field == "supervisor":
            people["supervisor_id"] = ids[0] if ids else None
        else:
            people["instructor_ids"] = ids
    if errors:
        raise Invalid(_("Please correct the fields named below."), errors=errors)
    return people


def _members_page(run: ClassView, *, keys: str = "", refused: Invalid | None = None) -> str:
    q = request.args.get("q", "")[:200]
    return render_template(
        "classes/members.html",
        run=run,
        q=q,
        keys=keys,
        refused=refused,
        candidates=queries.find_candidates(current_actor(), run.id, q) if q else (),
    )


def _removal_page(run: ClassView, person_id: int, errors: dict) -> str:
    member = next((row for row in queries.roster(run.id) if row.person_id == person_id), None)
    return render_template("classes/removal.html", run=run, member=member, person_id=person_id, errors=errors)
