"""Pages of the frame itself: language and theme, progress of a job, health."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, session

from academy.kernel.health import check_all
from academy.kernel.http import current_actor, redirect_back
from academy.kernel.i18n import LOCALES
from academy.kernel.jobs import get_job
from academy.kernel.metrics import metrics_text
from academy.kernel.rights import public, signed_in
from academy.web.language import THEMES

bp = Blueprint("web", __name__)


@bp.post("/preferences/locale")
@public
def set_locale() -> Response:
    choice = request.form.get("locale", "")
    if choice not in LOCALES:
        abort(400)
    session["locale"] = choice
    return redirect_back()


@bp.post("/preferences/theme")
@public
def set_theme() -> Response:
    choice = request.form.get("theme", "")
    if choice in THEMES:
        session["theme"] = choice
    else:
        session.pop("theme", None)
    return redirect_back()


@bp.get("/jobs/<int:job_id>")
@signed_in
def show_job(job_id: int) -> str:
    """Progress of a job the reader started: a page, or a fragment that renews itself."""
    job = get_job(job_id, owner=current_actor().account_id)
    fragment = bool(request.headers.get("HX-Request"))
    return render_template("job.html" if fragment else "job_page.html", job=job)


@bp.get("/healthz")
@public
def alive() -> Response:
    return jsonify({"status": "ok"})


@bp.get("/readyz")
@public
def ready() -> Response:
    """Each thing the academy needs, by name; 503 if one that it cannot do without is down."""
    checks = check_all()
    healthy = all(check.ok or not check.vital for check in checks)
    response = jsonify(
        {
            "status": "ok" if healthy else "unavailable",
            "checks": {check.name: {"ok": check.ok, "detail": check.detail} for check in checks},
        }
    )
    response.status_code = 200 if healthy else 503
    return response


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text, for this machine only."""
    if request.remote_addr not in {"127.0.0.1", "::1"}:
        abort(404)
    return Response(metrics_text(), mimetype="text/plain; version=0.0.4")


@bp.get("/gallery")
@public
def gallery() -> str:
    """Every component on one page, outside production only."""
    if current_app.config["ACADEMY"].is_production:
        abort(404)
    return render_template("web/gallery.html")
