"""What can go wrong when signing in."""

from __future__ import annotations

from academy.kernel.errors import Unauthenticated


class WrongCredentials(Unauthenticated):
    """Unknown user, wrong password or disabled account: the caller is not told which."""

    default_rule = "accounts.credentials"
