"""Pages of units: the tree, one unit, and the forms that change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Forbidden, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _
from academy.kernel.rights import needs
from academy.organization import queries, services
from academy.organization.form_fields import day
from academy.organization.policies import (
    ADMINISTRATION,
    PEOPLE_MANAGE,
    PEOPLE_READ,
    UNIT_MANAGE,
    can_manage_unit,
)
from academy.organization.unit_changes import PARENT_KINDS
from academy.organization.wording import ROLE_NAMES, UNIT_KIND_NAMES


def add_to(bp: Blueprint) -> None:
    bp.get("/admin/units")(list_units)
    bp.get("/admin/units/<int:unit_id>")(show_unit)
    bp.get("/admin/units/<int:unit_id>/children")(unit_children)
    bp.route("/admin/units/<int:parent_id>/new", methods=["GET", "POST"])(new_unit)
    bp.route("/admin/units/<int:unit_id>/name", methods=["GET", "POST"])(rename_unit)
    bp.route("/admin/units/<int:unit_id>/place", methods=["GET", "POST"])(move_unit)
    bp.route("/admin/units/<int:unit_id>/close", methods=["GET", "POST"])(close_unit)


@needs(ADMINISTRATION)
def list_units() -> str:
    """The tree: the highest units and those right below; deeper ones open in place or on their page."""
    actor = current_actor()
    text, closed = request.args.get("q", "").strip()[:200], bool(request.args.get("closed"))
    return render_template(
        "organization/units.html",
        q=text,
        closed=closed,
        found=queries.search_units(actor, text) if text else None,
        tree=queries.unit_tree(actor, closed=closed) if not text else [],
        kinds=UNIT_KIND_NAMES,
    )


@needs(ADMINISTRATION)
def unit_children(unit_id: int) -> str:
    """The units right below one, as a part of the tree."""
    closed = bool(request.args.get("closed"))
    return render_template(
        "organization/unit_branch.html",
        rows=queries.child_units(current_actor(), unit_id, closed=closed),
        kinds=UNIT_KIND_NAMES,
        closed=closed,
    )


@needs(ADMINISTRATION)
def show_unit(unit_id: int) -> str:
    actor = current_actor()
    page = queries.unit_page(actor, unit_id)
    sees_people = actor.may(PEOPLE_READ, at=page.unit.path)
    return render_template(
        "organization/unit.html",
        page=page,
        unit=page.unit,
        people=queries.list_people(actor, unit_id=unit_id, state="active", limit=20) if sees_people else None,
        kinds=UNIT_KIND_NAMES,
        roles=ROLE_NAMES,
        may_manage=can_manage_unit(actor, page.unit),
        may_add_people=actor.may(PEOPLE_MANAGE, at=page.unit.path),
    )


@needs(UNIT_MANAGE)
def new_unit(parent_id: int):
    actor = current_actor()
    parent = queries.get_unit_row(actor, parent_id)
    kinds = [(kind, UNIT_KIND_NAMES[kind]) for kind, above in PARENT_KINDS.items() if parent.kind in above]

    def save() -> Response:
        unit = services.create_unit(
            actor,
            name=request.form.get("name", ""),
            kind=request.form.get("kind", ""),
            code=request.form.get("code", ""),
            parent_id=parent_id,
            valid_from=day(request.form, "valid_from"),
        )
        flash(_("The unit was added."), "success")
        return redirect(url_for(".show_unit", unit_id=unit.id), code=303)

    return _form("unit_new.html", save, unit=parent, kinds=kinds)


@needs(UNIT_MANAGE)
def rename_unit(unit_id: int):
    actor = current_actor()
    unit = queries.get_unit_row(actor, unit_id)

    def save() -> Response:
        services.rename_unit(
            actor,
            unit_id,
            request.form.get("name", ""),
            on=day(request.form, "on"),
            reason=request.form.get("reason", ""),
        )
        flash(_("The unit has its new name. Records of earlier days keep the old one."), "success")
        return redirect(url_for(".show_unit", unit_id=unit_id), code=303)

    return _form("unit_name.html", save, unit=unit)


@needs(UNIT_MANAGE)
def move_unit(unit_id: int):
    actor = current_actor()
    unit = queries.get_unit_row(actor, unit_id)

    def save() -> Response:
        parent_id = queries.choose_unit(actor, request.form.get("parent", ""), field="parent")
        if parent_id is None:
            message = _("Choose the unit above.")
            raise Invalid(message, errors={"parent": [message]})
        services.move_unit(
            actor, unit_id, parent_id, on=day(request.form, "on"), reason=request.form.get("reason", "")
        )
        flash(_("The unit has moved, with everything below it."), "success")
        return redirect(url_for(".show_unit", unit_id=unit_id), code=303)

    return _form("unit_place.html", save, unit=unit, choices=queries.unit_choices(actor))


@needs(UNIT_MANAGE)
def close_unit(unit_id: int):
    actor = current_actor()
    page = queries.unit_page(actor, unit_id)

    def save() -> Response:
        services.close_unit(
            actor, unit_id, last_day=day(request.form, "last_day"), reason=request.form.get("reason", "")
        )
        flash(_("The unit was closed. Its name stays on every record."), "success")
        return redirect(url_for(".show_unit", unit_id=unit_id), code=303)

    officers = sum(officer.unit_id == unit_id for officer in page.officers)
    return _form("unit_close.html", save, unit=page.unit, officers=officers)


def _form(template: str, save: Callable[[], Response], **context: Any):
    """Show a form; on POST save, and show what was refused with what was typed."""
    error: AcademyError | None = None
    if request.method == "POST":
        try:
            return save()
        except (Invalid, Conflict, Forbidden) as refused:
            error = refused
    page = render_template(
        f"organization/{template}", error=error, form=request.form, today=clock.today(), **context
    )
    return page, (error.status if error else 200)
