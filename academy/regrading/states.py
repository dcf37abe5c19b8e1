"""What a regrade does, and how far it and its lines are."""

from __future__ import annotations

VERSION, FULL, VOID, ACCEPT, REVERSE = "version", "full", "void", "accept", "reverse"
ACTIONS = (VERSION, FULL, VOID, ACCEPT, REVERSE)

PREPARING, DRAFTED, PROPOSED, APPROVED = "preparing", "drafted", "proposed", "approved"
DONE, REJECTED, WITHDRAWN = "done", "rejected", "withdrawn"
STATES = (PREPARING, DRAFTED, PROPOSED, APPROVED, DONE, REJECTED, WITHDRAWN)

PLANNED, APPLIED, LEFT = "planned", "applied", "left"
LINE_STATES = (PLANNED, APPLIED, LEFT)
