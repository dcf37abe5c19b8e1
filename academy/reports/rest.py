"""JSON, CSV and XLSX: reports."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from marshmallow import Schema, fields, validate

from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import needs
from academy.kernel.spreadsheet import to_csv, to_xlsx
from academy.reports import tables
from academy.reports.policies import REPORT_READ

api = Blueprint("reports_api", __name__, url_prefix="/api/v1")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportQuery(Schema):
    """``format``: json, csv or xlsx."""

    format = fields.String(load_default="json", validate=validate.OneOf(("json", "csv", "xlsx")))


class ReportOut(Schema):
    """A report: columns in order, rows as lists of values."""

    name = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.Raw(allow_none=True)), required=True)


@api.get("/reports/<name>")
@needs(REPORT_READ)
@endpoint(summary="A report over my units", query=ReportQuery, returns=ReportOut, errors=(404, 422), files=("text/csv", XLSX))
def show_report(name: str, *, query) -> Response:
    report = tables.get_report(current_actor(), name)
    headings = [str(column.heading) for column in report.columns]
    if query["format"] == "csv":
        return _file(to_csv(headings, report.rows), "text/csv; charset=utf-8", f"{name}.csv")
    if query["format"] == "xlsx":
        return _file(to_xlsx(str(report.title), headings, report.rows), XLSX, f"{name}.xlsx")
    rows = [[value if value is None or isinstance(value, int) else str(value) for value in row] for row in report.rows]
    return jsonify({"name": name, "columns": [column.name for column in report.columns], "rows": rows})


def _file(data: bytes, mimetype: str, name: str) -> Response:
    response = Response(data, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
