"""Configuration: one frozen object, and the only place that reads the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting that makes a safe start impossible; the message names the setting and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that may differ between installations.

    Durations are in seconds, sizes in bytes. ``export_days`` is how many days the file of an export, which holds
    personal data, can be downloaded before it is deleted.
    """

    environment: str = "development"  # "development" | "production" | "testing"
    instance: Path = PROJECT_ROOT / "instance"
    content: Path = PROJECT_ROOT / "content"
    database_url: str = ""
    database_pooler: bool = False  # PgBouncer or its like, in transaction mode, stands before PostgreSQL
    secret_key: str = field(default="", repr=False)
    redis_url: str = ""
    search_backend: str = "whoosh"
    course_modules: tuple[str, ...] | None = None  # None: every installed module
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    proxy_hops: int = 0
    demo: bool = False
    embedded_worker: bool = True
    session_idle: int = 8 * 3600
    session_absolute: int = 30 * 24 * 3600
    max_body: int = 8 * 1024 * 1024
    export_days: int = 7
    issuing_body: str = "Học viện số thành phố Hà Nội"
    issuing_parent: str = "Ủy ban nhân dân thành phố Hà Nội"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read ``ACADEMY_*``.

        Raises:
            ConfigError: the instance folder cannot be written, or a production setting is missing.
        """
        env = os.environ if environ is None else environ
        environment = env.get("ACADEMY_ENV", "development")
        if environment not in {"development", "production", "testing"}:
            raise ConfigError(
                f"ACADEMY_ENV is “{environment}”; it must be development, production or testing."
            )
        instance = Path(env.get("ACADEMY_INSTANCE", PROJECT_ROOT / "instance")).resolve()
        base_url = env.get("ACADEMY_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        url = _database_url(env.get("ACADEMY_DATABASE_URL", ""), instance)
        return cls(
            environment=environment,
            instance=instance,
            content=Path(env.get("ACADEMY_CONTENT", PROJECT_ROOT / "content")).resolve(),
            database_url=url,
            database_pooler=env.get("ACADEMY_DATABASE_POOLER", "0") == "1",
            secret_key=_secret_key(env, environment, instance),
            redis_url=env.get("ACADEMY_REDIS_URL", ""),
            search_backend=env.get("ACADEMY_SEARCH_BACKEND", "whoosh"),
            course_modules=_names(env.get("ACADEMY_COURSE_MODULES")),
            base_url=base_url,
            trusted_hosts=_names(env.get("ACADEMY_TRUSTED_HOSTS")) or _default_hosts(base_url),
            proxy_hops=_integer(env, "ACADEMY_PROXY_HOPS", 0),
            demo=(instance / "demo.json").exists(),
            embedded_worker=env.get("ACADEMY_EMBEDDED_WORKER", "1") == "1",
            session_idle=_integer(env, "ACADEMY_SESSION_IDLE", 8 * 3600),
            session_absolute=_integer(env, "ACADEMY_SESSION_ABSOLUTE", 30 * 24 * 3600),
            max_body=_integer(env, "ACADEMY_MAX_BODY", 8 * 1024 * 1024),
            export_days=_integer(env, "ACADEMY_EXPORT_DAYS", 7),
            issuing_body=env.get("ACADEMY_ISSUING_BODY", cls.__dataclass_fields__["issuing_body"].default),
            issuing_parent=env.get(
                "ACADEMY_ISSUING_PARENT", cls.__dataclass_fields__["issuing_parent"].default
            ),
        )


def writable_instance(instance: Path) -> Path:
    """Create the instance folder if need be.

    Raises:
        ConfigError: it cannot be created or written.
    """
    try:
        instance.mkdir(parents=True, exist_ok=True)
        probe = instance / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"The instance folder {instance} cannot be written ({error.strerror}): "
            "give the user that runs the academy write access, or set ACADEMY_INSTANCE to another folder."
        ) from error
    return instance


def _secret_key(env: Mapping[str, str], environment: str, instance: Path) -> str:
    given = env.get("ACADEMY_SECRET_KEY", "")
    if environment == "production":
        if len(given) < 32:
            raise ConfigError(
                "ACADEMY_SECRET_KEY is missing or shorter than 32 characters, and ACADEMY_ENV is production: "
                'set it to the output of `python -c "import secrets; print(secrets.token_urlsafe(48))"`.'
            )
        return given
    if given:
        return given
    path = writable_instance(instance) / "secret_key"
    if not path.exists():
        temporary = path.with_name(f".secret_key-{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(48))
        try:
            os.link(temporary, path)  # fails if another process was first: then its key counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text()


def _database_url(given: str, instance: Path) -> str:
    if not given:
        return f"sqlite:///{instance / 'academy.sqlite3'}"
    for prefix in ("postgres://", "postgresql://"):
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    return given


def _default_hosts(base_url: str) -> tuple[str, ...]:
    host = base_url.split("//", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
    return tuple(dict.fromkeys((host, "127.0.0.1", "localhost")))


def _names(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    try:
        return int(text) if text else default
    except ValueError as error:
        raise ConfigError(f"{name} is “{text}”; it must be a whole number.") from error
