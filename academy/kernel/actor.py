"""Who acts: a plain value that services take as an argument."""

from __future__ import annotations

from dataclasses import dataclass

from academy.kernel.authorization import Permission, Role


@dataclass(frozen=True, slots=True)
class Grant:
    """A role over the units whose path starts with ``path`` (``"1/"`` is the whole city)."""

    role: Role
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person who is signed in, nobody, or the academy itself.

    ``grants`` holds only what is in force at the moment of loading. ``by_token``: a program acts with a personal
    access token of the person.
    """

    account_id: int | None = None
    person_id: int | None = None
    session_id: int | None = None
    username: str = ""
    full_name: str = ""
    locale: str | None = None
    theme: str | None = None
    unit_path: str = ""
    must_change_password: bool = False
    grants: tuple[Grant, ...] = ()
    by_token: bool = False
    is_system: bool = False

    @classmethod
    def anonymous(cls) -> Actor:
        return _ANONYMOUS

    @classmethod
    def system(cls) -> Actor:
        """The academy acting by itself: commands, jobs, the demo."""
        return _SYSTEM

    @property
    def is_authenticated(self) -> bool:
        return self.account_id is not None or self.is_system

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    def may(self, permission: Permission, *, at: str | None = None) -> bool:
        """Whether a grant holds the permission, over the unit path ``at`` or, if None, anywhere."""
        if self.is_system:
            return True
        return any(
            grant.role in permission.roles and (at is None or at.startswith(grant.path))
            for grant in self.grants
        )

    def scopes(self, permission: Permission) -> tuple[str, ...]:
        """Path prefixes of the units over which the permission is held, widest only, sorted."""
        if self.is_system:
            return ("",)
        paths = sorted({grant.path for grant in self.grants if grant.role in permission.roles})
        widest: list[str] = []
        for path in paths:
            if not any(path.startswith(wider) for wider in widest):
                widest.append(path)
        return tuple(widest)


_ANONYMOUS = Actor()
_SYSTEM = Actor(is_system=True, username="system", full_name="system")
