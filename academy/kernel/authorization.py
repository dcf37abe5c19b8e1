"""Rights: roles hold permissions, policies decide about one object, and nothing is allowed by default."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from academy.kernel.errors import Forbidden, Unauthenticated
from academy.kernel.i18n import _l

if TYPE_CHECKING:
    from academy.kernel.actor import Actor


class Role(StrEnum):
    """What a person may be to a subtree of units, from a day to a day."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    TRAINING_OFFICER = "training_officer"
    REGISTRAR = "registrar"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    INSPECTOR = "inspector"


@dataclass(frozen=True, slots=True)
class Permission:
    """One right, held by every grant of one of its roles."""

    name: str
    roles: frozenset[Role]

    def __str__(self) -> str:
        return self.name


_declared: dict[str, Permission] = {}


def declare(name: str, *roles: Role) -> Permission:
    """Declare the permission ``name`` and the roles that hold it.

    Raises:
        ValueError: another declaration of this name differs.
    """
    permission = Permission(name, frozenset(roles))
    if _declared.setdefault(name, permission) != permission:
        raise ValueError(f"the permission {name} is declared twice, differently")
    return permission


def permissions() -> tuple[Permission, ...]:
    return tuple(sorted(_declared.values(), key=lambda permission: permission.name))


Policy = Callable[["Actor", Any], bool]


def policy(rule: Any) -> Callable[[Policy], Policy]:
    """Mark ``can_x(actor, obj) -> bool`` as a policy; ``rule`` is its sentence for people who are refused."""

    def mark(function: Policy) -> Policy:
        @functools.wraps(function)
        def decide(actor: Actor, obj: Any = None) -> bool:
            return bool(function(actor, obj))

        decide.rule = rule
        return decide

    return mark


def require(actor: Actor, can: Policy, obj: Any = None) -> None:
    """Go on only if the policy allows it.

    Raises:
        Unauthenticated: refused, and nobody is signed in.
        Forbidden: refused; the message is the policy's rule.
    """
    if can(actor, obj):
        return
    if not actor.is_authenticated:
        raise Unauthenticated(_l("Please sign in first."))
    rule = getattr(can, "rule", None) or _l("Your roles do not include this.")
    raise Forbidden(
        rule,
        rule=f"{can.__module__.removeprefix('academy.').removesuffix('.policies')}.{can.__name__}",
        next_step=_l("Ask an administrator of your unit if you need this right."),
    )
