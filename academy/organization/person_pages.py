"""Pages of one person: the record, and the forms that change data, postings, roles and the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.audit.wording import act_name, actor_name
from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Forbidden, Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import _
from academy.kernel.rights import needs
from academy.organization import queries, services
from academy.organization.form_fields import day, person_fields
from academy.organization.person_values import mask
from academy.organization.policies import (
    PEOPLE_MANAGE,
    PEOPLE_READ,
    ROLE_GRANT,
    can_manage_account,
    can_manage_person,
    grantable_roles,
)
from academy.organization.wording import (
    PERSON_KIND_NAMES,
    ROLE_NAMES,
    ROLE_NOTES,
    ROLE_STATES,
    SEX_NAMES,
)


def add_to(bp: Blueprint) -> None:
    record = "/admin/people/<int:person_id>"
    bp.get(record)(show_person)
    bp.route(f"{record}/edit", methods=["GET", "POST"])(edit_person)
    bp.route(f"{record}/posting", methods=["GET", "POST"])(post_person)
    bp.route(f"{record}/postings/<int:posting_id>/end", methods=["GET", "POST"])(end_posting)
    bp.route(f"{record}/roles", methods=["GET", "POST"])(grant_role)
    bp.route(f"{record}/roles/<int:grant_id>/revoke", methods=["GET", "POST"])(revoke_role)
    bp.route(f"{record}/account", methods=["GET", "POST"])(give_account)
    bp.route(f"{record}/password", methods=["GET", "POST"])(reset_password)
    bp.route(f"{record}/deactivate", methods=["GET", "POST"])(deactivate_person)
    bp.post(f"{record}/reactivate")(reactivate_person)


@needs(PEOPLE_READ)
def show_person(person_id: int) -> str:
    actor = current_actor()
    record = services.open_person(actor, person_id)
    place = queries.place_of(person_id)
    now = clock.today()
    # who moved on but still holds power where he was
    left_behind = [
        row
        for row in record.roles
        if row.state == "in_force" and record.unit_path and not record.unit_path.startswith(row.unit_path)
    ]
    return render_template(
        "organization/person.html",
        record=record,
        person=record.person,
        masked_number=mask(record.person.personal_number),
        current=[row for row in record.postings if row.ends_on is None or row.ends_on >= now],
        past=[row for row in record.postings if row.ends_on is not None and row.ends_on < now],
        left_behind=left_behind,
        entries=queries.journal_of_person(person_id),
        act_name=act_name,
        actor_name=actor_name,
        kinds=PERSON_KIND_NAMES,
        sexes=SEX_NAMES,
        roles=ROLE_NAMES,
        role_states=ROLE_STATES,
        own=actor.person_id == person_id,
        may_manage=can_manage_person(actor, place),
        may_manage_account=can_manage_account(actor, place),
        may_revoke={
            row.id
            for row in record.roles
            if row.state in ("in_force", "to_come") and row.role in grantable_roles(actor, row.unit_path)
        },
        may_grant=actor.may(ROLE_GRANT) and actor.person_id != person_id,
    )


@needs(PEOPLE_MANAGE)
def edit_person(person_id: int):
    def save() -> Response:
        services.update_person(current_actor(), person_id, **_changed(record, person_fields(request.form)))
        flash(_("The record was changed."), "success")
        return _to_record(person_id)

    record = _managed(person_id)
    return _form("person_edit.html", save, record, kinds=PERSON_KIND_NAMES, sexes=SEX_NAMES)


@needs(PEOPLE_MANAGE)
def post_person(person_id: int):
    actor = current_actor()
    record = _managed(person_id)

    def save() -> Response:
        unit_id = queries.choose_unit(actor, request.form.get("unit", ""))
        if unit_id is None:
            message = _("Choose a unit.")
            raise Invalid(message, errors={"unit": [message]})
        services.post_person(
            actor,
            person_id,
            unit_id,
            starts_on=day(request.form, "starts_on"),
            ends_on=day(request.form, "ends_on"),
            position=request.form.get("position", ""),
            origin=request.form.get("origin", ""),
            secondary=bool(request.form.get("secondary")),
        )
        flash(_("The posting was recorded."), "success")
        return _to_record(person_id)

    return _form(
        "posting.html", save, record, choices=queries.unit_choices(actor), positions=queries.position_titles()
    )


@needs(PEOPLE_MANAGE)
def end_posting(person_id: int, posting_id: int):
    record = _managed(person_id)
    posting = next((row for row in record.postings if row.id == posting_id), None)
    if posting is None:
        raise NotFound()

    def save() -> Response:
        services.end_posting(current_actor(), posting_id, day(request.form, "ends_on") or clock.today())
        flash(_("The posting ends on that day."), "success")
        return _to_record(person_id)

    return _form("posting_end.html", save, record, posting=posting)


@needs(ROLE_GRANT)
def grant_role(person_id: int):
    actor = current_actor()
    record = queries.person_record(actor, person_id)

    def save() -> Response:
        unit_id = queries.choose_unit(actor, request.form.get("unit", ""))
        if unit_id is None:
            message = _("Choose a unit.")
            raise Invalid(message, errors={"unit": [message]})
        services.grant_role(
            actor,
            person_id,
            request.form.get("role", ""),
            unit_id,
            starts_on=day(request.form, "starts_on"),
            ends_on=day(request.form, "ends_on"),
        )
        flash(_("The role was given."), "success")
        return _to_record(person_id)

    offered = set().union(*(grantable_roles(actor, grant.path) for grant in actor.grants))
    return _form(
        "role.html",
        save,
        record,
        offered=[(role, ROLE_NAMES[role], ROLE_NOTES[role]) for role in ROLE_NAMES if role in offered],
        choices=queries.unit_choices(actor),
    )


@needs(ROLE_GRANT)
def revoke_role(person_id: int, grant_id: int):
    record = queries.person_record(current_actor(), person_id)
    row = next((row for row in record.roles if row.id == grant_id), None)
    if row is None:
        raise NotFound()

    def save() -> Response:
        services.revoke_role(current_actor(), grant_id)
        flash(_("The role was taken back."), "success")
        return _to_record(person_id)

    return _form("role_revoke.html", save, record, row=row, role=ROLE_NAMES[row.role])


@needs(PEOPLE_MANAGE)
def give_account(person_id: int):
    record = _managed(person_id)

    def save():
        new = services.give_account(current_actor(), person_id, request.form.get("username", ""))
        issued = [services.FirstPassword(person_id, record.person.full_name, new.username, new.password)]
        return render_template("organization/passwords_issued.html", issued=issued, new=True)

    return _form("account.html", save, record)


@needs(PEOPLE_MANAGE)
def reset_password(person_id: int):
    record = _managed(person_id)

    def save():
        issued = [services.reset_password(current_actor(), person_id, reason=request.form.get("reason", ""))]
        return render_template("organization/passwords_issued.html", issued=issued, new=False)

    return _form("password_reset.html", save, record)


@needs(PEOPLE_MANAGE)
def deactivate_person(person_id: int):
    record = _managed(person_id)

    def save() -> Response:
        services.deactivate_person(current_actor(), person_id, reason=request.form.get("reason", ""))
        flash(_("The person has left; the account is closed and the record kept."), "success")
        return _to_record(person_id)

    in_force = [row for row in record.roles if row.state == "in_force"]
    return _form("deactivate.html", save, record, in_force=len(in_force))


@needs(PEOPLE_MANAGE)
def reactivate_person(person_id: int) -> Response:
    services.reactivate_person(current_actor(), person_id)
    flash(_("The person is back in service, with the same record and account."), "success")
    return _to_record(person_id)


def _managed(person_id: int) -> Any:
    """The record, noted as read: forms show it too."""
    return services.open_person(current_actor(), person_id)


def _visible(person_id: int) -> bool:
    try:
        queries.person_record(current_actor(), person_id)
    except NotFound:
        return False
    return True


def _changed(record: Any, given: dict[str, str]) -> dict[str, str]:
    """What differs from what the form showed: the masked number stands for the one that is stored."""
    if given.get("personal_number") == mask(record.person.personal_number):
        given.pop("personal_number", None)
    return given


def _to_record(person_id: int) -> Response:
    """Back to the record; or to the list, where the person has just left the reader's units."""
    if _visible(person_id):
        return redirect(url_for(".show_person", person_id=person_id), code=303)
    return redirect(url_for(".list_people"), code=303)


def _form(template: str, save: Callable[[], Any], record: Any, **context: Any):
    """Show a form about a person; on POST save, and show what was refused with what was typed."""
    error: AcademyError | None = None
    if request.method == "POST":
        try:
            return save()
        except (Invalid, Conflict, Forbidden) as refused:
            error = refused
    page = render_template(
        f"organization/{template}",
        error=error,
        form=request.form,
        record=record,
        person=record.person,
        masked_number=mask(record.person.personal_number),
        today=clock.today(),
        **context,
    )
    return page, (error.status if error else 200)
