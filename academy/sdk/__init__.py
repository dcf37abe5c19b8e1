"""All that a course module may import: one façade, versioned by ``CONTRACT``.

A module's code imports names from here and from nowhere else in the academy.
"""

from academy.catalog.content import CourseFolder
from academy.catalog.content_parts import Changes
from academy.catalog.yaml_marks import Fault, YamlFile
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Permission, Role, declare, policy, require
from academy.kernel.crypto import EncryptedText
from academy.kernel.db import Exact, Json, Model, UtcDateTime, db, primary_key, timestamp
from academy.kernel.errors import (
    AcademyError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from academy.kernel.events import Event
from academy.kernel.http import current_actor, endpoint, redirect_back, static_url
from academy.kernel.i18n import LOCALES, _, _l, _n, current_language, localized
from academy.kernel.jobs import Progress
from academy.kernel.limits import hit
from academy.kernel.paging import Page, keyset
from academy.kernel.rights import needs, public, signed_in
from academy.kernel.storage import storage
from academy.kernel.text import clean, fold, nfc, place_tones, slug, tokens
from academy.kernel.unit_of_work import unit_of_work
from academy.plugins.contract import (
    CONTRACT,
    ContentPart,
    CourseModule,
    ExerciseType,
    Feedback,
    Grade,
    Job,
    LocalizedText,
    Printed,
    StoredData,
)
from academy.plugins.hookspecs import hookimpl
from academy.questions.fields import DecimalText, Localized
from academy.questions.forms import nested
from academy.questions.rubric import DEFAULT_RUBRIC, RubricSchema, best_points, rubric_score, shown_rubric
from academy.sdk.courses import (
    CourseView,
    ItemRow,
    VersionRow,
    course_media_url,
    exercises_of_kind,
    find_course,
    find_course_by_id,
    get_item_version,
    items_of_course,
    visible_course_ids,
)
from academy.sdk.events import EVENTS

__all__ = [
    "CONTRACT",
    "DEFAULT_RUBRIC",
    "EVENTS",
    "LOCALES",
    "AcademyError",
    "Actor",
    "Changes",
    "Conflict",
    "ContentPart",
    "CourseFolder",
    "CourseModule",
    "CourseView",
    "DecimalText",
    "EncryptedText",
    "Event",
    "Exact",
    "ExerciseType",
    "Fault",
    "Feedback",
    "Forbidden",
    "Grade",
    "Invalid",
    "ItemRow",
    "Job",
    "Json",
    "Localized",
    "LocalizedText",
    "Model",
    "NotFound",
    "Page",
    "Permission",
    "Printed",
    "Progress",
    "Role",
    "RubricSchema",
    "StoredData",
    "TooMany",
    "Unauthenticated",
    "Unavailable",
    "UtcDateTime",
    "VersionRow",
    "YamlFile",
    "_",
    "_l",
    "_n",
    "best_points",
    "clean",
    "clock",
    "course_media_url",
    "current_actor",
    "current_language",
    "db",
    "declare",
    "endpoint",
    "exercises_of_kind",
    "find_course",
    "find_course_by_id",
    "fold",
    "get_item_version",
    "hit",
    "hookimpl",
    "items_of_course",
    "keyset",
    "localized",
    "needs",
    "nested",
    "nfc",
    "place_tones",
    "policy",
    "primary_key",
    "public",
    "redirect_back",
    "require",
    "rubric_score",
    "shown_rubric",
    "signed_in",
    "slug",
    "static_url",
    "storage",
    "timestamp",
    "tokens",
    "unit_of_work",
    "visible_course_ids",
]
