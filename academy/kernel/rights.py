"""Every route declares its right; one that does not keeps the app from starting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request

from academy.kernel.authorization import Permission
from academy.kernel.errors import Forbidden, Unauthenticated
from academy.kernel.http import current_actor
from academy.kernel.i18n import _l


@dataclass(frozen=True, slots=True)
class Right:
    """What a route asks of its caller before the service looks at the object."""

    name: str
    permission: Permission | None = None


PUBLIC = Right("public")
SIGNED_IN = Right("signed in")


def public(view: Callable) -> Callable:
    """Anyone may call it, signed in or not."""
    view.right = PUBLIC
    return view


def signed_in(view: Callable) -> Callable:
    """Anyone with an account may call it."""
    view.right = SIGNED_IN
    return view


def needs(permission: Permission) -> Callable[[Callable], Callable]:
    """Only holders of the permission, over whatever units, may call it."""

    def mark(view: Callable) -> Callable:
        view.right = Right(permission.name, permission)
        return view

    return mark


class MissingRight(Exception):
    """A route without a declared right; names the route."""


def check_rights(app: Flask) -> None:
    """Walk the URL map.

    Raises:
        MissingRight: a view has no declared right.
    """
    rights: dict[str, Right] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.endswith(".static"):
            rights[rule.endpoint] = PUBLIC
            continue
        right = getattr(app.view_functions[rule.endpoint], "right", None)
        if not isinstance(right, Right):
            raise MissingRight(
                f"the route {rule.rule} ({rule.endpoint}) declares no right: "
                "put @public, @signed_in or @needs(…) below its @route"
            )
        rights[rule.endpoint] = right
    app.extensions["academy_rights"] = rights


def enforce(app: Flask) -> None:
    """Refuse requests whose actor lacks the route's right, before the view runs."""

    @app.before_request
    def check() -> None:
        if request.endpoint is None:
            return
        right: Right = app.extensions["academy_rights"][request.endpoint]
        if right is PUBLIC:
            return
        actor = current_actor()
        if not actor.is_authenticated:
            raise Unauthenticated(_l("Please sign in first."))
        if right.permission is not None and not actor.may(right.permission):
            raise Forbidden(
                _l("Your roles do not include this."),
                rule=right.name,
                next_step=_l("Ask an administrator of your unit if you need this right."),
            )
