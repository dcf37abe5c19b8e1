"""The same as JSON."""

from __future__ import annotations

from flask import Blueprint
from marshmallow import Schema, fields

from academy.sdk import current_actor, endpoint, signed_in
from tests.sample_module import services

api = Blueprint("sample_module_api", __name__)


class GreetingOut(Schema):
    times = fields.Integer()


@api.get("/greeting")
@signed_in
@endpoint(summary="How often the caller greeted", returns=GreetingOut)
def show_greeting():
    return {"times": services.times_greeted(current_actor().person_id)}


@api.post("/greeting")
@signed_in
@endpoint(summary="Greet", returns=GreetingOut, status=201)
def greet():
    return {"times": services.greet(current_actor())}
