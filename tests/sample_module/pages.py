"""The page that is greeted."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for

from academy.sdk import _, current_actor, needs, signed_in
from tests.sample_module import services
from tests.sample_module.policies import GREETINGS_FORGET

bp = Blueprint(
    "sample_module",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@bp.get("/")
@signed_in
def show():
    return render_template(
        "sample_module/greeting.html", times=services.times_greeted(current_actor().person_id)
    )


@bp.post("/")
@signed_in
def greet():
    services.greet(current_actor())
    flash(_("Good day!"), "success")
    return redirect(url_for("sample_module.show"), 303)


@bp.post("/forget")
@needs(GREETINGS_FORGET)
def forget():
    services.forget_all(current_actor())
    return redirect(url_for("sample_module.show"), 303)
