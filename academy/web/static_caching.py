"""Static files are addressed by content, so a browser need ask for each only once."""

from __future__ import annotations

from flask import Response, request


def add(response: Response) -> None:
    """Let a file asked for by its content's hash be kept for a year, any other for an hour."""
    lifetime = "max-age=31536000, immutable" if "v" in request.args else "max-age=3600"
    response.headers["Cache-Control"] = f"public, {lifetime}"
    # one cached copy serves everybody: no cookie has a say in it
    response.headers.pop("Set-Cookie", None)
    response.headers.pop("Vary", None)
