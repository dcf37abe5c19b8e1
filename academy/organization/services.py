"""What can be done with units, people, postings and roles: the public Python API of this slice."""

from __future__ import annotations

from academy.organization.imports import (
    confirm_import,
    discard_import,
    forget_old_imports,
    get_import,
    import_at_once,
    start_import,
)
from academy.organization.people import (
    FirstPassword,
    NewPerson,
    create_person,
    deactivate_person,
    give_account,
    issue_first_passwords,
    reactivate_person,
    reset_password,
    update_person,
)
from academy.organization.places import recompute_places
from academy.organization.postings import end_posting, post_person
from academy.organization.reading import open_person
from academy.organization.roles import grant_role, revoke_role
from academy.organization.seeding import (
    Seeded,
    appoint_administrator,
    hanoi_units,
    seed_people,
    seed_units,
)
from academy.organization.unit_changes import close_unit, create_unit, move_unit, rename_unit

__all__ = [
    "FirstPassword",
    "NewPerson",
    "Seeded",
    "appoint_administrator",
    "close_unit",
    "confirm_import",
    "create_person",
    "create_unit",
    "deactivate_person",
    "discard_import",
    "end_posting",
    "forget_old_imports",
    "get_import",
    "give_account",
    "grant_role",
    "hanoi_units",
    "import_at_once",
    "issue_first_passwords",
    "move_unit",
    "open_person",
    "post_person",
    "reactivate_person",
    "recompute_places",
    "rename_unit",
    "reset_password",
    "revoke_role",
    "seed_people",
    "seed_units",
    "start_import",
    "update_person",
]
