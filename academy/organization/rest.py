"""JSON: who I am, units, people, imports."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from academy.kernel.errors import Invalid
from academy.kernel.http import current_actor, endpoint
from academy.kernel.i18n import _l, current_language
from academy.kernel.rights import needs, signed_in
from academy.organization import queries, services
from academy.organization.form_fields import read_upload
from academy.organization.import_problems import FILE_PROBLEMS, line_texts
from academy.organization.policies import PEOPLE_MANAGE, PEOPLE_READ
from academy.organization.schemas import (
    ImportLinesQuery,
    ImportOut,
    ImportQuery,
    Me,
    PeopleQuery,
    PersonOut,
    PersonRecordOut,
    UnitOut,
    UnitQuery,
)

api = Blueprint("organization_api", __name__, url_prefix="/api/v1")

LINES_SHOWN = 500


@api.get("/me")
@signed_in
@endpoint(summary="Who I am", returns=Me, errors=(401,))
def me():
    actor = current_actor()
    over = queries.units_by_path([grant.path for grant in actor.grants])
    return {
        "id": actor.account_id,
        "username": actor.username,
        "full_name": actor.full_name,
        "locale": actor.locale or current_language(),
        "person_id": actor.person_id,
        "units": [_unit(unit) for unit in queries.units_of(actor)],
        "roles": [
            {"role": grant.role.value, "unit": _unit(over[grant.path])}
            for grant in actor.grants
            if grant.path in over
        ],
    }


@api.get("/units")
@signed_in
@endpoint(summary="Units, as they are or were on a day", query=UnitQuery, returns=UnitOut, paged=True, errors=(401, 422))
def list_units(*, query):
    return queries.list_units(
        current_actor(),
        text=query["q"],
        parent_id=query.get("parent"),
        kind=query["kind"],
        on=query.get("on"),
        cursor=query.get("cursor"),
        limit=query["limit"],
    )


@api.get("/people")
@needs(PEOPLE_READ)
@endpoint(
    summary="People of my units", query=PeopleQuery, returns=PersonOut, paged=True, errors=(401, 403, 404, 422)
)
def list_people(*, query):
    return queries.list_people(
        current_actor(),
        text=query["q"],
        unit_id=query.get("unit"),
        role=query["role"],
        state=query["state"],
        cursor=query.get("cursor"),
        limit=query["limit"],
    )


@api.get("/people/<int:person_id>")
@signed_in
@endpoint(summary="A person's record; reading it is noted", returns=PersonRecordOut, errors=(401, 404), etag=True)
def show_person(person_id: int):
    return services.open_person(current_actor(), person_id)


@api.post("/people/import")
@needs(PEOPLE_MANAGE)
@endpoint(
    summary="Import people from XLSX or CSV (multipart field “file”), whole or not at all",
    query=ImportQuery,
    returns=ImportOut,
    errors=(401, 403, 404, 409, 422),
    upload="file",
)
def import_people(*, query):
    file = request.files.get("file")
    if file is None:
        message = _l("Send the list as the field “file” of a multipart form.")
        raise Invalid(message, rule="organization.import-file", errors={"file": [message]})
    stored = services.import_at_once(
        current_actor(),
        read_upload(file),
        file.filename or "list",
        unit_id=query.get("unit"),
        dry_run=query["dry_run"],
    )
    under_way = stored.state in ("checking", "applying")
    return _report(stored, 202 if under_way else 200)


@api.get("/people/imports/<int:import_id>")
@needs(PEOPLE_MANAGE)
@endpoint(
    summary="A list that I sent, and the verdicts on its lines",
    query=ImportLinesQuery,
    returns=ImportOut,
    errors=(401, 403, 404, 422),
)
def show_import(import_id: int, *, query):
    stored = services.get_import(current_actor(), import_id)
    return _report(stored, verdict=query["verdict"], after=query["after"])


@api.post("/people/imports/<int:import_id>/confirmation")
@needs(PEOPLE_MANAGE)
@endpoint(summary="Import a list that was checked", returns=ImportOut, errors=(401, 403, 404, 409))
def confirm_import(import_id: int):
    return _report(services.confirm_import(current_actor(), import_id))


def _report(stored: Any, status: int = 200, *, verdict: str = "", after: int = 0) -> Response:
    data = ImportOut().dump(
        {
            "id": stored.id,
            "state": stored.state,
            "counts": stored.summary.get("counts", {}),
            "encoding": stored.summary.get("encoding"),
            "columns": stored.summary.get("columns", []),
            "ignored": stored.summary.get("ignored", []),
            "problem": _problem(stored.summary.get("problem")),
            "lines": [_line(line) for line in _lines(stored, verdict, after)],
        }
    )
    response = jsonify(data)
    response.status_code = status
    return response


def _lines(stored: Any, verdict: str, after: int) -> list[Any]:
    if verdict or after or not stored.summary.get("counts", {}).get("error"):
        return queries.stored_lines(stored.id, verdict=verdict, after=after, limit=LINES_SHOWN)
    wrong = queries.stored_lines(stored.id, verdict="error", limit=LINES_SHOWN)
    rest = queries.stored_lines(stored.id, limit=LINES_SHOWN)
    return [*wrong, *(line for line in rest if line.verdict != "error")][:LINES_SHOWN]


def _line(line: Any) -> dict[str, Any]:
    problems = []
    for problem in line.problems:
        reason, remedy = line_texts(problem.code, problem.params)
        problems.append({"field": problem.field, "reason": reason, "remedy": remedy})
    return {
        "line": line.number,
        "verdict": line.verdict,
        "name": line.name,
        "key": line.key,
        "changes": [{"field": one.field, "before": one.before, "after": one.after} for one in line.changes],
        "problems": problems,
    }


def _problem(stored: list | None) -> str | None:
    if not stored:
        return None
    reason, remedy = FILE_PROBLEMS[stored[0]]
    return f"{str(reason) % stored[1]} {str(remedy) % stored[1]}"


def _unit(unit: tuple[int, str, str]) -> dict[str, Any]:
    unit_id, code, name = unit
    return {"id": unit_id, "code": code, "name": name}
