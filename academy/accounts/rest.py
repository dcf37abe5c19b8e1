"""JSON: sign in and out."""

from __future__ import annotations

from flask import Blueprint, request
from flask_wtf.csrf import generate_csrf

from academy.accounts import login, services
from academy.accounts.schemas import CsrfToken, SignIn
from academy.kernel.http import client_address, current_actor, endpoint
from academy.kernel.rights import public, signed_in

api = Blueprint("accounts_api", __name__, url_prefix="/api/v1")


@api.post("/session")
@public
@endpoint(summary="Sign in", body=SignIn, returns=CsrfToken, errors=(401, 429))
def sign_in(*, body):
    opened = services.sign_in(
        body["username"],
        body["password"],
        address=client_address(),
        device=request.headers.get("User-Agent", ""),
    )
    login.begin(opened)
    return {"csrf_token": generate_csrf()}


@api.delete("/session")
@signed_in
@endpoint(summary="Sign out")
def sign_out():
    services.sign_out(current_actor())
    login.end()
