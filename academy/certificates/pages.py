"""Pages: documents and the register. Classes, proposals and verification have files of their own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.certificates import class_pages, proposal_pages, queries, services, verify_pages, wording
from academy.certificates.policies import (
    CERTIFICATE_EXPORT,
    CERTIFICATE_READ,
    PROPOSAL_READ,
    can_export,
    can_propose,
    can_revoke,
)
from academy.certificates.rest import file_response, pdf_response
from academy.certificates.schemas import FILTERS, RegisterFilters
from academy.certificates.views import CertificateView
from academy.kernel import clock
from academy.kernel.authorization import require
from academy.kernel.errors import Invalid
from academy.kernel.http import current_actor, load
from academy.kernel.i18n import _, _l
from academy.kernel.rights import needs, signed_in
from academy.web.navigation import add_entry

bp = Blueprint("certificates", __name__, template_folder="templates")
for part in (class_pages, proposal_pages, verify_pages):
    part.add_to(bp)


@bp.record_once
def _enter_menu(state: Any) -> None:
    add_entry(state.app, label=_l("Register"), endpoint="certificates.register", icon="certificate", order=50)
    add_entry(
        state.app,
        label=_l("Proposals"),
        endpoint="certificates.proposals",
        icon="clipboard-list",
        order=52,
        prefix="/admin/proposals",
    )


# --- the register ---------------------------------------------------------------------------------


@bp.get("/admin/register")
@needs(CERTIFICATE_READ)
def register() -> str:
    actor = current_actor()
    given = _filters(request.args)
    page = queries.list_certificates(actor, queries.Filters(**given), cursor=request.args.get("cursor"))
    shown = {"class" if name == "class_code" else name: value for name, value in given.items() if value}
    return render_template(
        "certificates/register.html",
        page=page,
        filters=given,
        shown=shown,
        states=wording.STATE_NAMES,
        tones=wording.STATE_TONES,
        kinds=wording.KIND_NAMES,
        formats=wording.FORMAT_NAMES,
        may_export=can_export(actor),
        years=_years(),
    )


@bp.get("/me/certificates")
@signed_in
def own() -> str:
    return render_template(
        "certificates/own.html",
        documents=queries.own_certificates(current_actor()),
        states=wording.STATE_NAMES,
        tones=wording.STATE_TONES,
        kinds=wording.KIND_NAMES,
    )


# --- one document ---------------------------------------------------------------------------------


@bp.get("/certificates/<serial>")
@signed_in
def show(serial: str) -> str:
    actor = current_actor()
    document = services.open_document(actor, serial)
    return render_template(
        "certificates/document.html",
        document=document,
        wording=wording,
        may_correct=can_propose(actor, document.owner_unit_path) and document.is_current,
        may_revoke=can_revoke(actor, document) and document.is_current,
        sees_proposals=actor.may(PROPOSAL_READ, at=document.owner_unit_path),
    )


@bp.get("/certificates/<serial>.pdf")
@signed_in
def pdf(serial: str) -> Response:
    document, data = services.read_pdf(current_actor(), serial)
    return pdf_response(document.serial, data)


@bp.get("/certificates/<serial>/<any(reissue, replacement, revocation):act>")
@signed_in
def ask(serial: str, act: str) -> str:
    return _asking(_correctable(serial, act), act, {})


@bp.post("/certificates/<serial>/<any(reissue, replacement, revocation):act>")
@signed_in
def correct(serial: str, act: str):
    document = _correctable(serial, act)
    reason = request.form.get("reason", "")
    try:
        if act == "revocation":
            services.revoke(
                current_actor(), serial, reason=reason, decision_no=request.form.get("decision_no", "")
            )
            flash(_("The document is revoked."), "success")
            return redirect(url_for(".show", serial=document.serial), code=303)
        propose = services.propose_reissue if act == "reissue" else services.propose_replacement
        proposal = propose(current_actor(), serial, reason=reason)
    except Invalid as error:
        return _asking(document, act, error.errors), error.status
    flash(_("Proposed. Somebody else has to approve it."), "success")
    return redirect(url_for(".proposal", proposal_id=proposal.id), code=303)


# --- exports --------------------------------------------------------------------------------------


@bp.post("/admin/exports")
@needs(CERTIFICATE_EXPORT)
def start_export() -> Response:
    made = services.request_export(
        current_actor(), queries.Filters(**_filters(request.form)), request.form.get("format", "")
    )
    return redirect(url_for(".export", export_id=made.id), code=303)


@bp.get("/admin/exports/<int:export_id>")
@needs(CERTIFICATE_EXPORT)
def export(export_id: int) -> str:
    made = services.get_export(current_actor(), export_id)
    return render_template("certificates/export.html", export=made, formats=wording.FORMAT_NAMES)


@bp.get("/admin/exports/<int:export_id>/file")
@needs(CERTIFICATE_EXPORT)
def export_file(export_id: int) -> Response:
    made = services.open_export(current_actor(), export_id)
    return file_response(made)


# --- parts ----------------------------------------------------------------------------------------


def _filters(given) -> dict:
    """The filters of an address or form; what is no filter value is left out rather than refused."""
    try:
        values = load(RegisterFilters(unknown="exclude"), {name: given.get(name, "") for name in given})
    except Invalid as error:
        good = {name: given.get(name, "") for name in given if name not in error.errors}
        values = load(RegisterFilters(unknown="exclude"), good)
    return {name: values[name] for name in FILTERS}


def _years() -> list[tuple[str, str]]:
    year = clock.today().year
    return [("", _("All")), *((str(past), str(past)) for past in range(year, year - 8, -1))]


def _correctable(serial: str, act: str) -> CertificateView:
    actor = current_actor()
    document = queries.get_certificate(actor, serial)
    if act == "revocation":
        require(actor, can_revoke, document)
    else:
        require(actor, can_propose, document.owner_unit_path)
    return document


def _asking(document: CertificateView, act: str, errors: dict) -> str:
    return render_template(
        "certificates/correct.html",
        document=document,
        act=act,
        errors=errors,
        reason=request.form.get("reason", ""),
    )
