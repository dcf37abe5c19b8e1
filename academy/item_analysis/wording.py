"""Warnings in plain words, each with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.item_analysis.alarm import AlarmRules
from academy.item_analysis.judging import URGENT
from academy.item_analysis.queries import ItemRow
from academy.kernel.i18n import _, current_language, localized
from academy.questions.plain_words import plain_words, shortened
from academy.questions.queries import public_text
from academy.web.format import number, percent

SHORT = 90


def title_of(row: ItemRow, length: int = SHORT) -> str:
    """The first line of a question, cut to a length."""
    return shortened(public_text(row.version, current_language()), length) or row.key


def choice_of(row: ItemRow, choice: str | None) -> str:
    """What a choice reads: an option's text, a typed answer, or that nothing was answered."""
    if choice is None:
        return _("no answer")
    if row.version.kind == "truefalse":
        return _("True") if choice == "true" else _("False")
    option = next((one for one in row.version.spec.get("options", ()) if one.get("id") == choice), None)
    if option is not None:
        return plain_words(localized(option["text"], current_language()))
    return _part(row, choice)


def short_flag(flag: Mapping[str, Any]) -> str:
    """A warning in a word or two, for tables."""
    return {
        "leak": _("suddenly easy"),
        "key": _("key may be wrong"),
        "negative": _("turned around"),
        "weak": _("tells little apart"),
        "hard": _("very hard"),
        "easy": _("very easy"),
        "harmful": _("lowers reliability"),
        "idle": _("idle option"),
        "blank": _("often blank"),
        "fast": _("answered unread"),
        "seen": _("seen by most"),
    }.get(flag["code"], flag["code"])


def tone_of(flag: Mapping[str, Any]) -> str:
    return "wrong" if flag["code"] in URGENT else "soon"


def explain(row: ItemRow, flag: Mapping[str, Any]) -> tuple[str, str]:
    """What a warning about an item says, and the remedy."""
    code = flag["code"]
    if code == "leak":
        return (
            _(
                "The question became easy and fast all of a sudden: %(now)s right in %(fast)s s lately, "
                "%(before)s in %(slow)s s before.",
                now=percent(flag["now"]),
                before=percent(flag["before"]),
                fast=number(round(flag["seconds_now"])),
                slow=number(round(flag["seconds_before"])),
            ),
            _("Its answer may be going round. Take it out of the pool, or rewrite it; look who sat the quiz lately."),
        )
    if code == "key":
        return (
            _("The key may be wrong: strong learners choose “%(choice)s”.", choice=choice_of(row, flag["choice"])),
            _("Check the answer with a colleague. If the key is wrong, correct the question and regrade the attempts."),
        )
    if code == "harmful":
        return (
            _("Without this question the quiz would measure better: reliability %(value)s.", value=number(flag["without"])),
            _("Rewrite the question, or take it out."),
        )
    if code == "idle":
        return (
            _("Hardly anybody chooses “%(choice)s”.", choice=choice_of(row, flag["choice"])),
            _("Replace it by a mistake that learners really make, or leave it out."),
        )
    if code == "blank":
        return (
            _("%(share)s leave it blank.", share=percent(flag["share"])),
            _("See whether the question is understood, and whether the time suffices."),
        )
    if code == "fast":
        return (
            _("%(share)s answer faster than anybody can read.", share=percent(flag["share"])),
            _("They guess, or know the answer from elsewhere. Compare their marks; consider a larger pool."),
        )
    if code == "seen":
        return (
            _("%(share)s of the learners of the last 30 days were asked it.", share=percent(flag["share"])),
            _("Write more questions for this line of the blueprint, so that fewer see the same."),
        )
    return _PLAIN[code]()


_PLAIN = {
    "negative": lambda: (
        _("Weak learners answer it rightly more often than strong ones."),
        _("Read the question as a strong learner would: is the key right, is the wording clear?"),
    ),
    "weak": lambda: (
        _("It hardly tells strong learners from weak ones."),
        _("Make the wording clear and the wrong options plausible, or ask something else."),
    ),
    "hard": lambda: (
        _("Hardly anybody answers it rightly."),
        _("Check the key, and whether the lesson teaches it."),
    ),
    "easy": lambda: (
        _("Nearly everybody answers it rightly."),
        _("Fine as a beginning; for an examination choose a harder one."),
    ),
}


def alarm_words(rules: AlarmRules) -> list[str]:
    """When a question sets off the alarm, a sentence for each condition; all must hold."""
    return [
        _(
            "It was answered at least %(least)s times, with known times, in the last %(days)s days, and as often in the year before.",
            least=number(rules.least),
            days=number(rules.days),
        ),
        _(
            "At least %(rise)s percentage points more of the answers are right than before, beyond what the same learners do better in the rest of the paper.",
            rise=number(rules.rise),
        ),
        _(
            "The time to the first answer (median) is at most %(faster)s%% of what it was.",
            faster=number(rules.faster),
        ),
        _(
            "It is more than chance: where nothing has changed, at most one analysis in %(n)s gives an alarm at all.",
            n=number(rules.one_in),
        ),
    ]


def explain_quiz(flag: Mapping[str, Any]) -> tuple[str, str]:
    """What a warning about a quiz says, and the remedy."""
    if flag["code"] == "few":
        return (
            _("Fewer than 30 attempts: these figures are rough."),
            _("Read them as hints; questions are warned of from 30 answers on."),
        )
    return (
        _("The marks are not reliable: on another day the same learners may get clearly other ones."),
        _("Ask more questions, and replace those that tell little apart, before careers depend on the marks."),
    )


def _part(row: ItemRow, choice: str) -> str:
    """A part of a question that was answered rightly: its left side, its text, or its number."""
    for name in ("pairs", "steps", "gaps"):
        for one in row.version.spec.get(name, ()):
            if isinstance(one, Mapping) and one.get("id") == choice:
                text = one.get("left") or one.get("text")
                return plain_words(localized(text, current_language())) if text else _("Gap %(n)s", n=choice)
    return choice
