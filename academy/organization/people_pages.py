"""Pages of people: the list, a new person, first passwords after an import."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for

from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Forbidden, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _
from academy.kernel.rights import needs
from academy.organization import queries, services
from academy.organization.form_fields import day, number, person_fields
from academy.organization.people import PASSWORDS_AT_ONCE
from academy.organization.policies import PEOPLE_MANAGE, PEOPLE_READ
from academy.organization.wording import PERSON_KIND_NAMES, PERSON_STATES, ROLE_NAMES, SEX_NAMES

PAGE = 50


def add_to(bp: Blueprint) -> None:
    bp.get("/admin/people")(list_people)
    bp.route("/admin/people/new", methods=["GET", "POST"])(new_person)
    bp.route("/admin/people/passwords", methods=["GET", "POST"])(first_passwords)


@needs(PEOPLE_READ)
def list_people():
    actor = current_actor()
    given = {name: request.args.get(name, "").strip()[:200] for name in ("q", "unit", "role", "state")}
    error: AcademyError | None = None
    page = None
    try:
        page = queries.list_people(
            actor,
            text=given["q"],
            unit_id=queries.choose_unit(actor, given["unit"]),
            role=given["role"],
            state=given["state"],
            cursor=request.args.get("cursor"),
            limit=PAGE,
        )
    except Invalid as refused:
        error = refused
    shown = render_template(
        "organization/people.html",
        page=page,
        error=error,
        given=given,
        kept={name: value for name, value in given.items() if value},
        roles=ROLE_NAMES,
        states=PERSON_STATES,
        choices=queries.unit_choices(actor),
        may_manage=actor.may(PEOPLE_MANAGE),
    )
    return shown, (error.status if error else 200)


@needs(PEOPLE_MANAGE)
def new_person():
    actor = current_actor()
    error: AcademyError | None = None
    form = request.form
    unit_text = form.get("unit", "")
    if request.method == "POST":
        try:
            new = services.create_person(
                actor,
                unit_id=queries.choose_unit(actor, unit_text),
                username=form.get("username", ""),
                starts_on=day(form, "starts_on"),
                position=form.get("position", ""),
                origin=form.get("origin", ""),
                **person_fields(form),
            )
        except (Invalid, Conflict, Forbidden) as refused:
            error = refused
        else:
            if new.password:
                person = queries.person_record(actor, new.person_id).person
                issued = [services.FirstPassword(new.person_id, person.full_name, new.username, new.password)]
                return render_template("organization/passwords_issued.html", issued=issued, new=True)
            flash(_("The person was added."), "success")
            return redirect(url_for(".show_person", person_id=new.person_id), code=303)
    unit_id = number(request.args.get("unit"))
    if not form and unit_id is not None:
        unit = queries.get_unit_row(actor, unit_id)
        unit_text = f"{unit.name} ({unit.code})"
    page = render_template(
        "organization/person_new.html",
        error=error,
        form=form,
        unit_text=unit_text,
        today=clock.today(),
        kinds=PERSON_KIND_NAMES,
        sexes=SEX_NAMES,
        choices=queries.unit_choices(actor),
        positions=queries.position_titles(),
    )
    return page, (error.status if error else 200)


@needs(PEOPLE_MANAGE)
def first_passwords():
    """First passwords for people whose accounts have none yet, a sheet at a time, shown this once."""
    actor = current_actor()
    unit_id = number(request.values.get("unit"))
    if request.method == "POST":
        chosen = [person_id for person_id in map(number, request.form.getlist("person")) if person_id is not None]
        issued = services.issue_first_passwords(actor, chosen)
        if issued:
            return render_template("organization/passwords_issued.html", issued=issued, new=False, unit_id=unit_id)
        flash(_("No account among those chosen waits for its first password."), "info")
    page = queries.list_people(actor, unit_id=unit_id, state="no_password", limit=PASSWORDS_AT_ONCE)
    return render_template("organization/passwords.html", page=page, unit_id=unit_id)
