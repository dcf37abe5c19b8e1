"""Which device a request comes from: a random name in a cookie, or a name made of a program's token."""

from __future__ import annotations

import hashlib
import re
import secrets

from flask import Response, after_this_request, current_app, request

from academy.kernel.http import client_address, current_actor
from academy.quizzes.seat import Seat

COOKIE = "academy_device"
_FOR = 400 * 24 * 3600
_NAME = re.compile(r"[A-Za-z0-9_-]{20,60}")


def current_seat() -> Seat:
    """The seat of this request; a browser without a device name is given one with the response.

    The address is what the trusted proxies say (``ACADEMY_PROXY_HOPS``), never what the caller claims. The name
    of a device is no secret that opens anything: it only tells two browsers of one person apart.
    """
    return Seat(
        device=_of_program() if current_actor().by_token else _of_browser(),
        address=client_address(),
        agent=request.user_agent.string[:200],
    )


def _of_program() -> str:
    token = request.headers.get("Authorization", "")
    return "token-" + hashlib.sha256(token.encode()).hexdigest()[:32]


def _of_browser() -> str:
    known = request.cookies.get(COOKIE, "")
    if _NAME.fullmatch(known):
        return known
    name = secrets.token_urlsafe(18)

    @after_this_request
    def remember(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            name,
            max_age=_FOR,
            path="/",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response

    return name
