"""Pages of the module: free practice, trying a query of an exercise, own queries."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer

from academy.sdk import Invalid, _l, current_actor, current_language, public, signed_in
from courses.information_technology.datasets import DataSet, practice_set
from courses.information_technology.queries import list_own_queries
from courses.information_technology.sandbox import MAX_QUERY
from courses.information_technology.services import try_query
from courses.information_technology.tables import shown_tables

bp = Blueprint(
    "information_technology",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
PRACTICE_FIELD = "query"


def _seals() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key, salt="information_technology.data_set")


@bp.app_template_global("information_technology_seal")
def seal(script: dict[str, str], item_key: str, field: str) -> str:
    """A data set the academy shows, as a text that only the academy can make.

    It travels with the button "Run", so that a query can be tried on just the version on the page: of a
    lesson, of a paper drawn last year, or of a draft. ``field`` is the form field that holds the query.
    """
    return _seals().dumps([script["tables"], script["rows"], item_key, field])


def _unsealed(token: str) -> tuple[DataSet, str]:
    if not token:
        return practice_set(), PRACTICE_FIELD
    try:
        tables, rows, item_key, field = _seals().loads(token)
    except BadSignature as error:
        raise Invalid(
            _l("These data do not come from the academy."), next_step=_l("Open the exercise again.")
        ) from error
    return DataSet(tables=tables, rows=rows, item_key=item_key), field


@bp.get("/")
@public
def show_practice() -> str:
    """What the module is, and a place to practise SQL freely."""
    return _practice_page()


@bp.post("/runs")
@signed_in
def run_query() -> str | tuple[str, int]:
    """Try a query: a fragment for the exercise's page, or a page of its own."""
    token = request.form.get("data_set", "")
    data, field = _unsealed(token)
    typed = request.form.get(field, "")
    fragment = bool(request.headers.get("HX-Request"))
    try:
        tried, refusal = try_query(current_actor(), data, typed), None
    except Invalid as error:
        tried, refusal = None, error
    if fragment:
        return render_template("information_technology/result.html", tried=tried, refusal=refusal)
    status = 422 if refusal else 200
    if not data.item_key:
        return _practice_page(tried=tried, refusal=refusal, query=typed), status
    page = render_template(
        "information_technology/run.html",
        tried=tried,
        refusal=refusal,
        query=typed,
        field=field,
        data_set=token,
        tables=shown_tables(data.tables, data.rows, current_language()),
        own=_own(data.item_key),
        max_length=MAX_QUERY,
    )
    return page, status


@bp.get("/queries")
@signed_in
def show_own_queries() -> str:
    """What the reader has tried: the last of one exercise as a fragment, or all, page by page."""
    key = request.args.get("item")
    page = list_own_queries(current_actor(), key, cursor=request.args.get("cursor"), limit=10)
    template = "own_queries.html" if request.headers.get("HX-Request") else "own_queries_page.html"
    return render_template(f"information_technology/{template}", page=page, item=key)


def _practice_page(**run: Any) -> str:
    data = practice_set()
    context = {"tried": None, "refusal": None, "query": ""} | run
    return render_template(
        "information_technology/practice.html",
        tables=shown_tables(data.tables, data.rows, current_language()),
        own=_own("") if current_actor().is_authenticated else (),
        field=PRACTICE_FIELD,
        max_length=MAX_QUERY,
        **context,
    )


def _own(item_key: str) -> list[Any]:
    return list_own_queries(current_actor(), item_key, limit=5).items
