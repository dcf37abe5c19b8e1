"""What can go wrong with units, people and roles."""

from __future__ import annotations

from academy.kernel.errors import Conflict, Forbidden, Invalid


class UnitClosed(Conflict):
    """The unit no longer exists on the day in question: no posting, role or sub-unit can begin there."""

    default_rule = "organization.unit-closed"


class UnitInUse(Conflict):
    """The unit still has sub-units or people; the message says how many."""

    default_rule = "organization.unit-in-use"


class OwnRoles(Forbidden):
    """Nobody changes his own roles."""

    default_rule = "organization.own-roles"


class UnreadableList(Invalid):
    """A file that is no list of people, is too large, or is written in an encoding of the past."""

    default_rule = "organization.import-file"


class ListOutdated(Conflict):
    """Between the check of a list and its confirmation something changed."""

    default_rule = "organization.import-outdated"
