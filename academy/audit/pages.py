"""Pages: the journal for those who watch over it, and one's own for everybody."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from academy.audit import queries, services
from academy.audit.policies import JOURNAL_READ, can_read_journal
from academy.audit.wording import ACT_NAMES, OBJECT_NAMES, act_name, actor_name, object_name
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l
from academy.kernel.rights import needs, signed_in
from academy.kernel.text import sort_key
from academy.web.navigation import add_entry

bp = Blueprint("audit", __name__, template_folder="templates")


@bp.record_once
def _enter_menus(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Journal"),
        endpoint="audit.journal",
        icon="history",
        order=80,
        menu="admin",
        note=_l("Who did what, chained so that nothing can be changed unseen."),
        shown=can_read_journal,
    )
    add_entry(
        state.app, label=_l("Who saw my record"), endpoint="audit.own", icon="eye", order=60, menu="account"
    )


@bp.get("/admin/audit")
@needs(JOURNAL_READ)
def journal() -> str:
    actor = current_actor()
    given = {
        name: request.args.get(name, "").strip()[:80]
        for name in ("act", "who", "object", "id", "account", "person", "since", "until")
    }
    page = queries.list_entries(
        actor,
        queries.Filters(
            act=given["act"],
            who=given["who"],
            object_kind=given["object"],
            object_id=given["id"],
            account_id=_number(given["account"]),
            person_id=_number(given["person"]),
            since=_day(given["since"]),
            until=_day(given["until"]),
        ),
        cursor=request.args.get("cursor"),
    )
    return render_template(
        "audit/journal.html",
        page=page,
        given=given,
        kept={name: value for name, value in given.items() if value},
        acts=ACT_NAMES,
        objects=_objects(given["object"]),
        act_name=act_name,
        object_name=object_name,
        actor_name=actor_name,
        verification=queries.last_verification(actor),
        job_id=_number(request.args.get("job", "")),
    )


@bp.post("/admin/audit/verification")
@needs(JOURNAL_READ)
def verify() -> Response:
    """Have the chain checked; the page shows how far it is."""
    job_id = services.request_verification(current_actor())
    return redirect(url_for(".journal", job=job_id), code=303)


@bp.get("/account/journal")
@signed_in
def own() -> str:
    """What the journal says about the reader: who looked, who changed what."""
    page = queries.entries_about(current_actor(), cursor=request.args.get("cursor"))
    return render_template("audit/own.html", page=page, act_name=act_name, actor_name=actor_name)


def _objects(chosen: str) -> list[tuple[str, str]]:
    """Kinds of objects to choose from, by name, and the chosen one, whatever it is."""
    names = {kind: str(name) for kind, name in OBJECT_NAMES.items()}
    if chosen:
        names.setdefault(chosen, chosen)
    return [("", _("All")), *sorted(names.items(), key=lambda entry: sort_key(entry[1]))]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
