"""Pages: the overview of the administration. Units, people, records and imports have files of their own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from academy.kernel.http import current_actor
from academy.kernel.i18n import _l
from academy.kernel.rights import needs
from academy.organization import import_pages, people_pages, person_pages, queries, unit_pages
from academy.organization.policies import ADMINISTRATION, PEOPLE_READ
from academy.organization.wording import ROLE_NAMES
from academy.web.navigation import add_entry, navigation

bp = Blueprint("organization", __name__, template_folder="templates")
for part in (unit_pages, people_pages, import_pages, person_pages):
    part.add_to(bp)


@bp.record_once
def _enter_menus(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Administration"),
        endpoint="organization.admin",
        icon="building-community",
        order=90,
        prefix="/admin",
    )
    add_entry(
        state.app,
        label=_l("Units"),
        endpoint="organization.list_units",
        icon="sitemap",
        order=10,
        menu="admin",
        note=_l("The tree of the city's units, with their names and places through time."),
    )
    add_entry(
        state.app,
        label=_l("People"),
        endpoint="organization.list_people",
        icon="users",
        order=20,
        menu="admin",
        note=_l("Records, postings, accounts and roles."),
    )
    add_entry(
        state.app,
        label=_l("Import people"),
        endpoint="organization.import_people",
        icon="upload",
        order=22,
        menu="admin",
        note=_l("A list from a spreadsheet, checked line by line before anything changes."),
    )


@bp.get("/admin")
@needs(ADMINISTRATION)
def admin() -> str:
    """What the reader may administer, and over which units."""
    actor = current_actor()
    places = queries.units_by_path([grant.path for grant in actor.grants])
    offices = [
        (ROLE_NAMES[grant.role.value], places[grant.path][2])
        for grant in actor.grants
        if grant.role in ADMINISTRATION.roles and grant.path in places
    ]
    return render_template(
        "organization/admin.html",
        tiles=navigation("admin"),
        offices=offices,
        units=queries.count_units(actor),
        people=queries.count_people(actor) if actor.may(PEOPLE_READ) else None,
    )
