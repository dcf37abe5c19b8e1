"""What JSON endpoints and pages share: the actor, loading and dumping, entity tags, safe redirects."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, g, has_request_context, jsonify, redirect, request, url_for
from flask_login import current_user
from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid, PreconditionFailed
from academy.kernel.i18n import _, _l
from academy.kernel.idempotency import once
from academy.kernel.paging import Page

MOST_URLS = 10_000


def current_actor() -> Actor:
    """Who makes this request; for ``pages.py`` and ``rest.py`` only."""
    if g.get("academy_fault"):  # a page about a fault must not ask the database who reads it
        return Actor.anonymous()
    return getattr(current_user, "actor", None) or Actor.anonymous()


def client_address() -> str:
    """The caller's address, as the outermost trusted proxy saw it."""
    return request.remote_addr or "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an endpoint accepts and returns; read by the OpenAPI document."""

    summary: str
    query: type[Schema] | None
    body: type[Schema] | None
    returns: type[Schema] | None
    paged: bool
    status: int
    errors: tuple[int, ...]
    idempotent: bool
    etag: bool
    files: tuple[str, ...]
    upload: str


def endpoint(
    *,
    summary: str,
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    returns: type[Schema] | None = None,
    paged: bool = False,
    status: int = 200,
    errors: tuple[int, ...] = (),
    idempotent: bool = False,
    etag: bool = False,
    files: tuple[str, ...] = (),
    upload: str = "",
) -> Callable[[Callable], Callable]:
    """Make a JSON endpoint: load by schema, call, dump by schema.

    The view gets ``query=`` and ``body=`` if their schemas are given. It returns what ``returns``
    dumps (a :class:`Page` if ``paged``), or a :class:`flask.Response`, which is passed through.

    Args:
        idempotent: a repeated ``Idempotency-Key`` gets the first answer again.
        etag: the answer carries an ``ETag``; ``If-None-Match`` gives 304.
        files: content types of the files that the view may return as responses.
        upload: the name of the file field, for an endpoint that takes a multipart form.
    """
    operation = Operation(
        summary=summary,
        query=query,
        body=body,
        returns=returns,
        paged=paged,
        status=status,
        errors=errors,
        idempotent=idempotent,
        etag=etag,
        files=files,
        upload=upload,
    )

    def make(view: Callable) -> Callable:
        @functools.wraps(view)
        def call(**arguments: Any) -> Response:
            if query is not None:
                arguments["query"] = load(query(unknown=EXCLUDE), _plain_query())
            if body is not None:
                arguments["body"] = load(body(), json_body())
            run = functools.partial(_run, view, operation, arguments)
            key = request.headers.get("Idempotency-Key") if idempotent else None
            response = once(current_actor(), key, run) if key else run()
            return conditional(response) if etag else response

        call.operation = operation
        return call

    return make


def _run(view: Callable, operation: Operation, arguments: dict[str, Any]) -> Response:
    result = view(**arguments)
    if isinstance(result, Response):
        return result
    if operation.returns is None:
        return Response(status=operation.status if operation.status != 200 else 204)
    schema = _dumping(operation.returns)
    if operation.paged:
        page: Page = result
        data = {"items": schema.dump(page.items, many=True), "next_cursor": page.next_cursor}
    else:
        data = schema.dump(result)
    response = jsonify(data)
    response.status_code = operation.status
    return response


@functools.cache
def _dumping(schema: type[Schema]) -> Schema:
    """One instance for all requests: making one copies all its fields, and dumping leaves no trace in it."""
    return schema()


def larger_body(bytes_: int) -> Callable[[Callable], Callable]:
    """Let a view take more than the academy's usual limit, where that is lower; for uploads."""

    def mark(view: Callable) -> Callable:
        view.max_body = bytes_
        return view

    return mark


def load(schema: Schema, data: Mapping[str, Any]) -> Any:
    """Validate input.

    Raises:
        Invalid: with messages by field, in the reader's language.
    """
    try:
        return schema.load(data)
    except ValidationError as error:
        raise Invalid(
            _l("Please correct the fields named below."), errors=_flat(error.messages)
        ) from error


def json_body() -> Any:
    """The JSON object of the request.

    Raises:
        UnsupportedMediaType: not sent as ``application/json``.
        BadRequest: not JSON, or not an object.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType()
    try:
        data = request.get_json(silent=True)
    except RecursionError:  # brackets in brackets, by the thousand
        data = None
    if not isinstance(data, dict):
        raise BadRequest(description=_("The body must be a JSON object."))
    return _without_nul(data) if b"\\u0000" in request.get_data() else data


def conditional(response: Response) -> Response:
    """Add a strong ``ETag`` of the body and answer 304 where the caller has it already."""
    if response.status_code == 200:
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
        response.make_conditional(request)
    return response


def check_match(current: str) -> None:
    """Honour ``If-Match`` on a write: ``current`` is the entity tag the resource has now.

    Raises:
        PreconditionFailed: somebody changed it since the caller read it.
    """
    if request.if_match and not request.if_match.contains(current):
        raise PreconditionFailed(
            _l("Somebody else has changed this in the meantime."),
            next_step=_l("Load it again, then repeat your change."),
        )


def redirect_back(default: str = "/") -> Response:
    """See Other to the form field or parameter ``next`` if it is a path of this site, else ``default``."""
    target = request.form.get("next") or request.args.get("next") or ""
    return redirect(target if is_own_path(target) else default, code=303)


def is_own_path(target: str) -> bool:
    """Whether a redirect to ``target`` stays on this site, in every browser's reading."""
    if not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return False
    if any(ord(character) < 0x21 or ord(character) == 0x7F for character in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def static_url(filename: str, blueprint: str | None = None) -> str:
    """The address of a static file with a hash of its content, so that it may be cached for ever.

    Args:
        blueprint: whose static folder holds the file; the academy's own by default.
    """
    addresses: dict[tuple, str] = current_app.extensions.setdefault("academy_static", {})
    key = (request.script_root if has_request_context() else None, blueprint, filename)
    if key not in addresses or current_app.debug:
        owner = current_app.blueprints[blueprint] if blueprint else current_app
        with open(f"{owner.static_folder}/{filename}", "rb") as file:
            version = hashlib.sha256(file.read()).hexdigest()[:12]
        endpoint = f"{blueprint}.static" if blueprint else "static"
        addresses[key] = page_url(endpoint, filename=filename, v=version)
    return addresses[key]


def page_url(endpoint: str, **values: Any) -> str:
    """``url_for``, remembering: within an application the same page always has the same address.

    What depends on the request beside the place where the application is mounted (``_external`` and its like,
    endpoints relative to the blueprint) goes to Flask each time.
    """
    if not has_request_context() or endpoint.startswith(".") or any(name[0] == "_" for name in values):
        return url_for(endpoint, **values)
    known: dict[tuple, str] = current_app.extensions.setdefault("academy_urls", {})
    # 1, True and "1" are equal or alike in addresses, but not to every converter
    key = (request.environ.get("SCRIPT_NAME"), endpoint, *((n, type(v), v) for n, v in values.items()))
    try:
        found = known.get(key)
    except TypeError:  # a list of values
        return url_for(endpoint, **values)
    if found is None:
        found = url_for(endpoint, **values)
        if len(known) >= MOST_URLS:
            known.clear()
        known[key] = found
    return found


def _plain_query() -> dict[str, Any]:
    return {name: _without_nul(request.args.get(name)) for name in request.args}


def _flat(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages as ``{"options.0.text": ["…"]}``, translated."""
    if isinstance(messages, Mapping):
        flat: dict[str, list[str]] = {}
        for name, inner in messages.items():
            flat.update(_flat(inner, f"{prefix}.{name}" if prefix else str(name)))
        return flat
    if isinstance(messages, list | tuple):
        return {prefix or "_schema": [_(text) if isinstance(text, str) else str(text) for text in messages]}
    return {prefix or "_schema": [str(messages)]}


def _without_nul(data: Any) -> Any:
    """The same without NUL characters, which no database column holds and nobody can see."""
    if isinstance(data, str):
        return data.replace("\x00", "")
    if isinstance(data, list):
        return [_without_nul(value) for value in data]
    if isinstance(data, dict):
        return {_without_nul(name): _without_nul(value) for name, value in data.items()}
    return data
