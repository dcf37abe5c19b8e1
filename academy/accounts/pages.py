"""Signing in and out, one's own password, sessions and tokens."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for

from academy.accounts import login, queries, services
from academy.kernel.errors import Invalid, TooMany, Unauthenticated
from academy.kernel.http import client_address, current_actor, redirect_back
from academy.kernel.i18n import _
from academy.kernel.rights import public, signed_in

bp = Blueprint("accounts", __name__, template_folder="templates")


@bp.get("/login")
@public
def sign_in():
    if current_actor().is_authenticated:
        return redirect_back()
    return _form()


@bp.post("/login")
@public
def submit_sign_in():
    username = request.form.get("username", "")
    try:
        opened = services.sign_in(
            username,
            request.form.get("password", ""),
            address=client_address(),
            device=request.headers.get("User-Agent", ""),
        )
    except (Unauthenticated, TooMany) as error:
        return _form(username, error), error.status
    login.begin(opened)
    if opened.must_change_password:
        return redirect(url_for("accounts.password"), code=303)
    return redirect_back()


@bp.post("/logout")
@signed_in
def sign_out() -> Response:
    services.sign_out(current_actor())
    login.end()
    return redirect("/", code=303)


@bp.get("/account")
@signed_in
def account() -> str:
    return _account_page()


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def password():
    errors: dict = {}
    if request.method == "POST":
        try:
            _change_password()
        except Invalid as error:
            errors = error.errors
        else:
            flash(_("Your password was changed. Other devices were signed out."), "success")
            return redirect(url_for("accounts.account"), code=303)
    page = render_template(
        "accounts/password.html", errors=errors, first=current_actor().must_change_password
    )
    return page, (422 if errors else 200)


def _change_password() -> None:
    new = request.form.get("password", "")
    if new != request.form.get("repeated", ""):
        message = _("The two new passwords differ.")
        raise Invalid(message, errors={"repeated": [message]})
    services.change_password(current_actor(), request.form.get("old", ""), new)


@bp.post("/account/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> Response:
    services.end_session(current_actor(), session_id)
    flash(_("The session was ended."), "success")
    return redirect(url_for("accounts.account"), code=303)


@bp.post("/account/sessions/end")
@signed_in
def end_sessions() -> Response:
    """Sign out everywhere, here included."""
    services.end_sessions(current_actor())
    login.end()
    flash(_("You were signed out on all devices."), "success")
    return redirect(url_for("accounts.sign_in"), code=303)


@bp.post("/account/tokens")
@signed_in
def create_token():
    days = request.form.get("days", "90")
    try:
        token = services.create_token(
            current_actor(),
            request.form.get("name", ""),
            days=int(days) if days.isdecimal() and len(days) < 5 else 0,
        )
    except Invalid as error:
        return _account_page(errors=error.errors), error.status
    return _account_page(new_token=token)


@bp.post("/account/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> Response:
    services.revoke_token(current_actor(), token_id)
    flash(_("The token was revoked."), "success")
    return redirect(url_for("accounts.account"), code=303)


def _account_page(*, new_token: str | None = None, errors: dict | None = None) -> str:
    actor = current_actor()
    return render_template(
        "accounts/account.html",
        sessions=queries.own_sessions(actor),
        tokens=queries.own_tokens(actor),
        new_token=new_token,
        errors=errors or {},
    )


def _form(username: str = "", error=None) -> str:
    config = current_app.config["ACADEMY"]
    return render_template(
        "accounts/sign_in.html",
        username=username,
        error=error,
        next=request.values.get("next", ""),
        demo_accounts=DEMO_ACCOUNTS if config.demo else (),
    )


DEMO_ACCOUNTS = ("learner1", "instructor", "officer", "registrar", "approver", "admin")
