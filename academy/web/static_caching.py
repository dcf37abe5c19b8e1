"""Static files are addressed by content, so a browser need ask for each only once, and asks for it small."""

from __future__ import annotations

import gzip

from flask import Response, request, session

COMPRESSIBLE = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
MOST_KEPT = 200

_compressed: dict[str, bytes] = {}


def add(response: Response) -> None:
    """Let a file asked for by its content's hash be kept for a year, any other for an hour."""
    lifetime = "max-age=31536000, immutable" if "v" in request.args else "max-age=3600"
    response.headers["Cache-Control"] = f"public, {lifetime}"
    # one cached copy serves everybody: no cookie has a say in it
    response.headers.pop("Set-Cookie", None)
    response.headers.pop("Vary", None)
    session.accessed = False  # else Flask adds the cookie to Vary: Flask-Login has looked into the session
    if response.mimetype in COMPRESSIBLE:
        response.headers["Vary"] = "Accept-Encoding"
        if response.status_code == 200 and request.accept_encodings["gzip"] > 0:
            _compress(response)


def _compress(response: Response) -> None:
    """Replace the body by its gzip form, made once per version of a file and kept in this process.

    Pages are left as they are: they hold secrets beside what readers typed, and they are small.
    """
    tag, _weak = response.get_etag()
    key = f"{request.path} {tag}"
    file = response.response
    response.direct_passthrough = False
    if key not in _compressed:
        if len(_compressed) >= MOST_KEPT:
            _compressed.clear()
        _compressed[key] = gzip.compress(response.get_data(), 9, mtime=0)
    response.set_data(_compressed[key])
    if hasattr(file, "close"):
        file.close()
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    if tag:
        response.set_etag(tag, weak=True)
