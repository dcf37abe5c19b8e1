"""Pages that import people: choose a file, read the verdicts, confirm."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.kernel.errors import AcademyError, Forbidden, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _
from academy.kernel.rights import needs
from academy.kernel.spreadsheet import CSV_TYPE, XLSX_TYPE
from academy.organization import queries, services
from academy.organization.form_fields import number, read_upload
from academy.organization.import_columns import LABELS
from academy.organization.import_file import MAX_BYTES, MAX_LINES
from academy.organization.import_problems import FILE_PROBLEMS, line_texts, note_text
from academy.organization.import_template import OFFERED, template_csv, template_xlsx
from academy.organization.policies import PEOPLE_MANAGE
from academy.organization.wording import FIELD_NAMES, VERDICT_NAMES, shown_value

LINES_A_PAGE = 100


def add_to(bp: Blueprint) -> None:
    bp.route("/admin/people/import", methods=["GET", "POST"])(import_people)
    bp.get("/admin/people/import/template.<form>")(import_template)
    bp.get("/admin/people/import/<int:import_id>")(show_import)
    bp.post("/admin/people/import/<int:import_id>/confirm")(confirm_import)
    bp.post("/admin/people/import/<int:import_id>/discard")(discard_import)


@needs(PEOPLE_MANAGE)
def import_people():
    actor = current_actor()
    error: AcademyError | None = None
    if request.method == "POST":
        try:
            return _take_in()
        except (Invalid, Forbidden) as refused:
            error = refused
    page = render_template(
        "organization/import.html",
        error=error,
        unit_text=request.form.get("unit", ""),
        choices=queries.unit_choices(actor),
        columns=[(column.heading, column.label) for column in OFFERED],
        max_bytes=MAX_BYTES,
        max_lines=MAX_LINES,
    )
    return page, (error.status if error else 200)


def _take_in() -> Response:
    actor = current_actor()
    file = request.files.get("file")
    if file is None or not file.filename:
        message = _("Choose a file.")
        raise Invalid(message, errors={"file": [message]})
    stored = services.start_import(
        actor,
        read_upload(file),
        file.filename,
        unit_id=queries.choose_unit(actor, request.form.get("unit", "")),
    )
    return redirect(url_for(".show_import", import_id=stored.id), code=303)


@needs(PEOPLE_MANAGE)
def import_template(form: str) -> Response:
    """An empty list to fill in, as XLSX or CSV."""
    if form == "csv":
        data, kind = template_csv(), CSV_TYPE
    else:
        form, kind = "xlsx", XLSX_TYPE
        codes = [choice.rpartition(" (") for choice in queries.unit_choices(current_actor(), limit=5000)]
        data = template_xlsx([(code.removesuffix(")"), name) for name, _bracket, code in codes])
    return Response(
        data, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="can-bo.{form}"'}
    )


@needs(PEOPLE_MANAGE)
def show_import(import_id: int) -> str:
    stored = services.get_import(current_actor(), import_id)
    counts = stored.summary.get("counts", {})
    verdict = request.args.get("verdict", "error" if counts.get("error") else "")
    if verdict not in VERDICT_NAMES:
        verdict = ""
    lines = []
    if stored.state == "checked":
        after = number(request.args.get("after")) or 0
        lines = queries.stored_lines(import_id, verdict=verdict, after=after, limit=LINES_A_PAGE + 1)
    return render_template(
        "organization/import_report.html",
        stored=stored,
        counts=counts,
        total=sum(counts.values()),
        verdict=verdict,
        verdicts=VERDICT_NAMES,
        lines=[_shown(line) for line in lines[:LINES_A_PAGE]],
        more=lines[LINES_A_PAGE - 1].number if len(lines) > LINES_A_PAGE else None,
        columns=[LABELS[name] for name in stored.summary.get("columns", ())],
        ignored=stored.summary.get("ignored", ()),
        problem=_problem(stored.summary.get("problem")),
    )


@needs(PEOPLE_MANAGE)
def confirm_import(import_id: int) -> Response:
    stored = services.confirm_import(current_actor(), import_id)
    if stored.state == "applied":
        flash(_("The list was imported."), "success")
    return redirect(url_for(".show_import", import_id=import_id), code=303)


@needs(PEOPLE_MANAGE)
def discard_import(import_id: int) -> Response:
    services.discard_import(current_actor(), import_id)
    flash(_("The list was discarded. Nothing was changed."), "info")
    return redirect(url_for(".import_people"), code=303)


def _shown(line: Any) -> dict[str, Any]:
    return {
        "number": line.number,
        "verdict": line.verdict,
        "name": line.name,
        "key": line.key,
        "changes": [
            (
                FIELD_NAMES.get(change.field, change.field),
                shown_value(change.field, change.before),
                shown_value(change.field, change.after),
            )
            for change in line.changes
        ],
        "problems": [
            (FIELD_NAMES.get(problem.field, problem.field), *line_texts(problem.code, problem.params))
            for problem in line.problems
        ],
        "notes": [note_text(note.code, note.params) for note in line.notes],
    }


def _problem(stored: list | None) -> tuple[str, str] | None:
    if not stored:
        return None
    reason, remedy = FILE_PROBLEMS[stored[0]]
    return str(reason) % stored[1], str(remedy) % stored[1]
