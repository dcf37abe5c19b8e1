"""The search backend of the running application, and its health for operators."""

from flask import Flask, current_app

from academy.config import Config, ConfigError
from academy.kernel.health import Check, register_check
from academy.search.backend import SearchBackend
from academy.search.whoosh_index import WhooshIndex

_BACKENDS = {"whoosh": lambda config: WhooshIndex(config.instance / "search")}


def init_search(app: Flask, config: Config) -> None:
    """Choose the backend; nothing is opened yet.

    Raises:
        ConfigError: no backend has the configured name.
    """
    make = _BACKENDS.get(config.search_backend)
    if make is None:
        raise ConfigError(
            f"ACADEMY_SEARCH_BACKEND is “{config.search_backend}”; it must be one of: {', '.join(_BACKENDS)}."
        )
    app.extensions["academy_search"] = make(config)
    register_check(app, search_health)


def engine() -> SearchBackend:
    """The backend of the running app."""
    return current_app.extensions["academy_search"]


def search_health() -> Check:
    """Without its index the academy searches titles in the database: impaired, not down."""
    health = engine().health()
    if health.degraded:
        return Check("search", ok=False, detail=health.reason, vital=False)
    return Check("search", ok=True, detail=f"{health.documents} documents, {health.generation}", vital=False)
