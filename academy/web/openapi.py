"""The OpenAPI 3.1 document, made from the endpoints themselves, so that it cannot differ from them."""

from __future__ import annotations

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from werkzeug.routing import Rule

from academy.kernel.http import Operation
from academy.kernel.paging import MAX_LIMIT
from academy.kernel.rights import Right

PREFIX = "/api/v1"
ARGUMENT = re.compile(r"<([a-z]+:)?([^>]+)>")
REASONS = {
    400: "The request could not be read",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not found, or not to be known",
    405: "Wrong method",
    409: "Not possible at the moment; `type` names the rule",
    412: "Changed since it was read",
    413: "Too large",
    415: "Not this kind of content",
    422: "The input breaks a rule; `errors` names the fields",
    429: "Too many tries; see `Retry-After`",
    503: "Not available for the moment; see `Retry-After`",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "next_step": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


def document(app: Flask) -> dict[str, Any]:
    """The whole document as a mapping."""
    names = _Names()
    spec = APISpec(
        title="Digital Academy",
        version="1",
        openapi_version="3.1.0",
        info={"description": "Errors are application/problem+json (RFC 9457)."},
        plugins=[MarshmallowPlugin(schema_name_resolver=names)],
    )
    spec.components.schema("Problem", PROBLEM)
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]}
    )
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = getattr(app.view_functions[rule.endpoint], "operation", None)
        if operation is None or not rule.rule.startswith(PREFIX):
            continue
        right = app.extensions["academy_rights"][rule.endpoint]
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            paths.setdefault(_path(rule), {})[method.lower()] = _operation(
                rule, method, operation, right
            )
    for path, operations in paths.items():
        spec.path(path=path, operations=operations)
    made = spec.to_dict()
    for name, described in made["components"]["schemas"].items():
        alternatives = getattr(names.classes.get(name), "exactly_one_of", ())
        if alternatives:
            described["oneOf"] = [{"required": [field]} for field in alternatives]
    return made


class _Names:
    """Names of components: the slice keeps schemas of the same name apart."""

    def __init__(self) -> None:
        self.classes: dict[str, type] = {}

    def __call__(self, schema: Any) -> str:
        cls = resolve_schema_cls(schema)
        slice_name = cls.__module__.removeprefix("academy.").removeprefix("courses.").split(".")[0]
        name = f"{slice_name}.{cls.__name__}"
        if getattr(schema, "exclude", None):
            name += f"-without-{'-'.join(sorted(schema.exclude))}"
        if getattr(schema, "only", None):
            name += f"-only-{'-'.join(sorted(schema.only))}"
        self.classes[name] = cls
        return name


def _path(rule: Rule) -> str:
    return ARGUMENT.sub(r"{\2}", rule.rule)


def _operation(rule: Rule, method: str, operation: Operation, right: Right) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": operation.summary,
        "tags": [rule.endpoint.split(".")[0].removesuffix("_api")],
        "parameters": _path_parameters(rule) + _header_parameters(operation),
        "responses": _responses(operation, right, has_path=bool(rule.arguments)),
    }
    if operation.query is not None:
        described["parameters"].append({"in": "query", "schema": operation.query})
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": operation.body}},
        }
    if operation.upload:
        form = {
            "type": "object",
            "required": [operation.upload],
            "properties": {operation.upload: {"type": "string", "format": "binary"}},
        }
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    if right.name != "public":
        described["security"] = [{"session": []}, {"bearer": []}]
    return described


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    parameters = []
    for converter, name in ARGUMENT.findall(rule.rule):
        schema: dict[str, Any] = (
            {"type": "integer", "minimum": 0, "maximum": 2**53}
            if converter == "int:"
            else {"type": "string", "minLength": 1, "pattern": r"^[^/\x00]+$"}
        )
        parameters.append({"in": "path", "name": name, "required": True, "schema": schema})
    return parameters


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    if not operation.idempotent:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
    return [{"in": "header", "name": "Idempotency-Key", "required": False, "schema": schema}]


def _responses(operation: Operation, right: Right, *, has_path: bool) -> dict[str, Any]:
    empty = operation.returns is None and not operation.files and operation.status == 200
    status = 204 if empty else operation.status
    responses: dict[str, Any] = {str(status): _success(operation)}
    statuses = {*operation.errors, 400, 503}
    if right.name != "public":
        statuses |= {401, 403}
    if has_path or _is_paged(operation):
        statuses.add(404)
    if operation.query is not None or operation.body is not None or operation.idempotent:
        statuses |= {422}
    if operation.body is not None or operation.upload:
        statuses |= {413, 415, 422}
    if operation.status not in (200, 204) or operation.body is not None:
        statuses.add(403)
    for status in sorted(statuses):
        responses[str(status)] = {
            "description": REASONS[status],
            "content": {"application/problem+json": {"schema": "Problem"}},
        }
    return responses


def _is_paged(operation: Operation) -> bool:
    """Whether it takes a cursor, which may point nowhere."""
    return operation.query is not None and "cursor" in operation.query._declared_fields


def _success(operation: Operation) -> dict[str, Any]:
    answer = _json_answer(operation)
    binary = {"type": "string", "format": "binary"}
    answer.setdefault("content", {}).update({kind: {"schema": binary} for kind in operation.files})
    if not answer["content"]:
        del answer["content"]
    return answer


def _json_answer(operation: Operation) -> dict[str, Any]:
    if operation.returns is None:
        return {"description": "Done"}
    if not operation.paged:
        return {
            "description": operation.summary,
            "content": {"application/json": {"schema": operation.returns}},
        }
    page = {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": operation.returns, "maxItems": MAX_LIMIT},
            "next_cursor": {"type": ["string", "null"]},
        },
    }
    return {"description": operation.summary, "content": {"application/json": {"schema": page}}}
