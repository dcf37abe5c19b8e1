"""JSON: the description of the API itself."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from academy.kernel.http import conditional
from academy.kernel.rights import public
from academy.web.openapi import document

api = Blueprint("web_api", __name__, url_prefix="/api/v1")


@api.get("/openapi.json")
@public
def openapi() -> Response:
    """The OpenAPI document; computed once a process."""
    made = current_app.extensions.get("academy_openapi")
    if made is None:
        made = current_app.extensions["academy_openapi"] = document(current_app)
    return conditional(jsonify(made))
