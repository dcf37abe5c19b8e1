"""Errors as people and programs see them: a page that names the rule and the next step, or RFC 9457."""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, json, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from academy.kernel.db import db
from academy.kernel.errors import AcademyError, TooMany, Unauthenticated, Unavailable
from academy.kernel.i18n import _, _l

log = logging.getLogger(__name__)
# the words of SQLite and of PostgreSQL (SQLSTATE 53100)
_DISK_IS_FULL = re.compile(r"disk is full|No space left on device")

TITLES = {
    400: _l("The request could not be read"),
    401: _l("Please sign in"),
    403: _l("This is not allowed"),
    404: _l("Not found"),
    405: _l("This page cannot be used that way"),
    409: _l("Not possible at the moment"),
    412: _l("Changed in the meantime"),
    413: _l("Too large"),
    415: _l("This kind of content is not accepted"),
    422: _l("Please correct your input"),
    429: _l("Too many tries"),
    500: _l("Something went wrong on our side"),
    503: _l("Not available for the moment"),
    507: _l("No room to store this"),
}
NEXT_STEPS = {
    401: _l("Had you typed something? Sign in in another window, go back in this one, and send it again."),
    404: _l("Check the address, or search for what you were looking for."),
    413: _l("Choose a smaller file or shorten the text. Go back: what you typed is still there."),
    500: _l("Nothing that was confirmed as stored is lost. Try again in a minute."),
    503: _l("Nothing that was confirmed as stored is lost. Try again in a minute."),
    507: _l("Nothing that was confirmed as stored is lost. Try again in a minute."),
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(AcademyError, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_down)
    app.register_error_handler(PoolTimeout, _database_down)
    app.register_error_handler(Exception, _fault)


def _refused(error: AcademyError) -> Response:
    if isinstance(error, Unauthenticated) and not wants_json() and request.method == "GET":
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), code=303)
    extra = {}
    if isinstance(error, TooMany | Unavailable):
        extra["Retry-After"] = str(error.retry_after)
    return answer(
        error.status,
        rule=error.rule,
        detail=error.message,
        next_step=error.next_step,
        errors=error.errors,
        headers=extra,
    )


def _forged(error: CSRFError) -> Response:
    return answer(
        403,
        rule="csrf",
        detail=_("The form was too old or not from this site."),
        next_step=_("Go back, reload the page, and send it again. What you typed is still there."),
    )


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    headers = dict(error.get_headers()) if error.code == 405 else {}
    headers.pop("Content-Type", None)
    return answer(error.code, rule=f"http-{error.code}", headers=headers)


def _database_down(error: Exception) -> Response:
    log.error("the database did not answer: %s", error)
    db.session.rollback()
    if _DISK_IS_FULL.search(str(error)):
        return answer(
            507,
            rule="disk-full",
            detail=_("The academy has no room to store anything at the moment. This was not stored."),
            headers={"Retry-After": "15"},
        )
    return answer(503, rule="database", headers={"Retry-After": "5"})


def _fault(error: Exception) -> Response:
    log.exception("unexpected fault at %s", request.path)
    db.session.rollback()
    return answer(500, rule="fault")


def wants_json() -> bool:
    return request.path.startswith("/api/")


def answer(
    status: int,
    *,
    rule: str,
    detail: Any = "",
    next_step: Any = "",
    errors: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The error as ``application/problem+json`` for programs, as a page for people."""
    if status >= 500:
        g.academy_fault = True
    title = TITLES.get(status) or TITLES[400 if status < 500 else 500]
    next_step = next_step or NEXT_STEPS.get(status, "")
    if wants_json():
        response = Response(
            _problem(status, rule, title, detail, next_step, errors),
            status=status,
            mimetype="application/problem+json",
        )
    else:
        response = Response(_page(status, rule, title, detail, next_step, errors), status=status)
    response.headers.update(headers or {})
    return response


def _problem(status: int, rule: str, title: Any, detail: Any, next_step: Any, errors: Any) -> str:
    problem = {
        "type": f"urn:academy:problem:{rule}",
        "title": str(title),
        "status": status,
        "detail": str(detail or title),
    }
    if next_step:
        problem["next_step"] = str(next_step)
    if errors:
        problem["errors"] = {name: [str(text) for text in texts] for name, texts in errors.items()}
    return json.dumps(problem)


def _page_before() -> str:
    """The page of ours from which the reader came, without host; "" if it is unknown."""
    before = urlsplit(request.referrer or "")
    ours = before.netloc == request.host and before.path != request.path
    return before._replace(scheme="", netloc="", fragment="").geturl() if ours else ""


def _page(status: int, rule: str, title: Any, detail: Any, next_step: Any, errors: Any) -> str:
    context = {
        "status": status,
        "rule": rule,
        "title": title,
        "detail": detail,
        "next_step": next_step,
        "errors": errors or {},
        "before": _page_before(),
    }
    if request.headers.get("HX-Request"):
        return render_template("error_fragment.html", **context)
    return render_template("error.html", **context)
