"""Verification: anybody with the code on a document may ask whether it stands."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for

from academy.certificates import queries, wording
from academy.certificates.guarding import count_verification
from academy.certificates.numbers import grouped, read_code
from academy.kernel.http import client_address
from academy.kernel.rights import public


def add_to(bp: Blueprint) -> None:
    bp.get("/verify")(verify_form)
    bp.get("/verify/<code>")(verify)
    bp.get("/.well-known/academy-certificates.json")(keys)


@public
def verify_form() -> Response:
    typed = request.args.get("code", "").strip()[:80]
    if typed:
        return redirect(url_for(".verify", code=read_code(typed) or typed), code=303)
    return _unlisted(render_template("certificates/verify_form.html", code="", unknown=False))


@public
def verify(code: str) -> Response:
    count_verification(client_address())
    found = queries.find_verified(code)
    if found is None:
        return _unlisted(render_template("certificates/verify_form.html", code=code[:80], unknown=True), 404)
    return _unlisted(
        render_template(
            "certificates/verified.html",
            document=found,
            printed_code=grouped(found.code),
            states=wording.STATE_NAMES,
            tones=wording.STATE_TONES,
            kinds=wording.KIND_NAMES,
        )
    )


@public
def keys() -> Response:
    """The public keys for checking the statement attached to every PDF, as JSON Web Keys (RFC 8037)."""
    return jsonify(
        {
            "keys": [
                {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key_id, "x": _base64url(public_key)}
                for key_id, public_key in queries.public_keys()
            ]
        }
    )


def _base64url(text: str) -> str:
    return text.translate(str.maketrans("+/", "-_")).rstrip("=")


def _unlisted(page: str, status: int = 200) -> Response:
    """A page that search engines leave out."""
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
