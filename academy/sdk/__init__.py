"""All that a course module may import: one façade, versioned by ``CONTRACT``.

A module's code imports names from here and from nowhere else in the academy.
"""

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Permission, Role, declare, policy, require
from academy.kernel.db import Json, Model, UtcDateTime, db, primary_key, timestamp
from academy.kernel.errors import (
    AcademyError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
)
from academy.kernel.events import Event
from academy.kernel.http import current_actor, endpoint, redirect_back, static_url
from academy.kernel.i18n import LOCALES, _, _l, _n, current_language, localized
from academy.kernel.jobs import Progress
from academy.kernel.paging import Page, keyset
from academy.kernel.rights import needs, public, signed_in
from academy.kernel.storage import storage
from academy.kernel.text import clean, fold, nfc, place_tones, slug, tokens
from academy.kernel.unit_of_work import unit_of_work
from academy.plugins.contract import (
    CONTRACT,
    CourseModule,
    ExerciseType,
    Feedback,
    Grade,
    Job,
    LocalizedText,
    StoredData,
)
from academy.plugins.hookspecs import hookimpl

__all__ = [
    "CONTRACT",
    "LOCALES",
    "AcademyError",
    "Actor",
    "Conflict",
    "CourseModule",
    "Event",
    "ExerciseType",
    "Feedback",
    "Forbidden",
    "Grade",
    "Invalid",
    "Job",
    "Json",
    "LocalizedText",
    "Model",
    "NotFound",
    "Page",
    "Permission",
    "Progress",
    "Role",
    "StoredData",
    "Unauthenticated",
    "UtcDateTime",
    "_",
    "_l",
    "_n",
    "clean",
    "clock",
    "current_actor",
    "current_language",
    "db",
    "declare",
    "endpoint",
    "fold",
    "hookimpl",
    "keyset",
    "localized",
    "needs",
    "nfc",
    "place_tones",
    "policy",
    "primary_key",
    "public",
    "redirect_back",
    "require",
    "signed_in",
    "slug",
    "static_url",
    "storage",
    "timestamp",
    "tokens",
    "unit_of_work",
]
