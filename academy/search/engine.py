"""The search backend of the running application, and its health for operators."""

from collections.abc import Callable
from importlib.util import find_spec

from flask import Flask, current_app

from academy.config import Config, ConfigError
from academy.kernel.health import Check, register_check
from academy.search.backend import SearchBackend


def _whoosh(config: Config) -> SearchBackend:
    from academy.search.whoosh_index import WhooshIndex

    return WhooshIndex(config.instance / "search")


def _tantivy(config: Config) -> SearchBackend:
    if find_spec("tantivy") is None:
        raise ConfigError(
            "ACADEMY_SEARCH_BACKEND is “tantivy”, which is not installed: pip install 'digital-academy[tantivy]'."
        )
    from academy.search.tantivy_index import TantivyIndex

    return TantivyIndex(config.instance / "search" / "tantivy")


def _postgresql(config: Config) -> SearchBackend:
    if config.is_sqlite:
        raise ConfigError(
            "ACADEMY_SEARCH_BACKEND is “postgresql”, but the database is SQLite: set ACADEMY_DATABASE_URL to a "
            "PostgreSQL database, or choose whoosh or tantivy."
        )
    from academy.search.postgres_index import AppConnections, PostgresIndex

    return PostgresIndex(AppConnections())


def _memory(_config: Config) -> SearchBackend:
    from academy.search.memory_index import MemoryIndex

    return MemoryIndex()


BACKENDS: dict[str, Callable[[Config], SearchBackend]] = {
    "whoosh": _whoosh,
    "tantivy": _tantivy,
    "postgresql": _postgresql,
}


def init_search(app: Flask, config: Config) -> None:
    """Choose the backend; nothing is opened yet.

    Raises:
        ConfigError: no backend has the configured name, or what it needs is not there.
    """
    app.extensions["academy_search"] = make_backend(config.search_backend, config)
    register_check(app, search_health)


def make_backend(name: str, config: Config) -> SearchBackend:
    """A backend by its name; ``memory`` is for tests.

    Raises:
        ConfigError: no backend has this name, or what it needs is not there.
    """
    known = BACKENDS | ({"memory": _memory} if config.environment == "testing" else {})
    if name not in known:
        raise ConfigError(f"ACADEMY_SEARCH_BACKEND is “{name}”; it must be one of: {', '.join(BACKENDS)}.")
    return known[name](config)


def engine() -> SearchBackend:
    """The backend of the running app."""
    return current_app.extensions["academy_search"]


def search_health() -> Check:
    """Without its index the academy searches titles in the database: impaired, not down."""
    health = engine().health()
    if health.degraded:
        return Check("search", ok=False, detail=health.reason, vital=False)
    return Check("search", ok=True, detail=f"{health.documents} documents, {health.generation}", vital=False)
