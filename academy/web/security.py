"""What every response and every unsafe request must satisfy: content policy, forgery checks, limits."""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from academy.config import Config
from academy.kernel.errors import Forbidden
from academy.kernel.i18n import _l
from academy.web import static_caching
from academy.web.compression import compress_page
from academy.web.fragments import csp_nonce

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# signing in by JSON happens before there is a token; its content type needs a preflight across origins
WITHOUT_TOKEN = frozenset({"accounts_api.sign_in"})

csrf = CSRFProtect()


class BoundedInteger(IntegerConverter):
    """Ids in addresses: what no database column can hold is not found."""

    def __init__(self, url_map, **named) -> None:
        named.setdefault("max", 2**53)
        super().__init__(url_map, **named)


def init_security(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="__Host-academy" if config.secure_cookies else "academy",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=config.max_body,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        TRUSTED_HOSTS=list(config.trusted_hosts),
    )
    app.url_map.converters["int"] = BoundedInteger
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    csrf.init_app(app)
    app.before_request(_refuse_control_characters)
    app.before_request(_refuse_forgery)
    app.after_request(_add_headers)


def _refuse_control_characters() -> None:
    if "\x00" in request.path:
        abort(400)
    # the API takes them out where it reads parameters; see kernel.http
    if not request.path.startswith("/api/") and any(
        "\x00" in text for values in request.args.lists() for text in (values[0], *values[1])
    ):
        abort(400)
    length = request.content_length
    limit = request.max_content_length
    larger = getattr(current_app.view_functions.get(request.endpoint or ""), "max_body", 0)
    if limit is not None and larger > limit:
        limit = request.max_content_length = larger
    if length is not None and limit is not None and length > limit:
        raise RequestEntityTooLarge()


def _refuse_forgery() -> None:
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    if not _comes_from_here():
        raise Forbidden(
            _l("This request came from another site and was not carried out."),
            rule="origin",
            next_step=_l("Open the page again in the academy and repeat the step there."),
        )
    if request.endpoint in WITHOUT_TOKEN or _is_token_authenticated():
        return
    csrf.protect()


def _comes_from_here() -> bool:
    """Browsers say where a request comes from; programs need not."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == request.host_url.rstrip("/")


def _is_token_authenticated() -> bool:
    return request.headers.get("Authorization", "").startswith("Bearer ")


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == "static" or (request.endpoint or "").endswith(".static"):
        # a file is no page, and a first lesson asks for a dozen: their heads weigh as much as its text
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
        static_caching.add(response)
        return response
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cache-Control", "private, no-store")
    compress_page(response)
    return response


def _policy() -> str:
    nonce = csp_nonce()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
