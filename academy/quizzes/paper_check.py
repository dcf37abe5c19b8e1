"""What is wrong with a blueprint, before anybody sits it: each finding with its line, its numbers and the remedy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _, _m
from academy.questions.languages import PARTIAL, STALE
from academy.questions.models import APPROVED
from academy.questions.queries import PoolCard, pool_cards, specs_of
from academy.questions.registry import is_known
from academy.questions.services import checked_spec
from academy.questions.version_cache import SpecCache
from academy.quizzes.paper import DrawRule
from academy.quizzes.paper_supply import LineSupply, supply_of

__all__ = [
    "FAULT",
    "WARNING",
    "Finding",
    "PaperCheck",
    "check_course_paper",
    "check_paper",
    "unsound_items",
]

FAULT, WARNING = "fault", "warning"
NAMED = 5
"""So many keys are named; of more only the number is told."""
DEEP = 1000
"""So many items of a pool are read anew against the rules of their kinds."""

_sound = SpecCache(20_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong, or to be known. ``line`` is the index of a line of the blueprint, None for the whole."""

    rule: str
    level: str
    message: str
    remedy: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCheck:
    """A blueprint against its pool. ``waiting`` counts the items that an examination may not draw yet."""

    lines: tuple[LineSupply, ...]
    findings: tuple[Finding, ...]
    pool: int
    waiting: int = 0

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.level == FAULT)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.level == WARNING)


def check_paper(
    rules: Sequence[DrawRule],
    pool: Sequence[PoolCard],
    *,
    outcomes: Collection[str],
    languages: Collection[str] = (),
    completes: bool = False,
    examination: bool = False,
    unsound: Mapping[str, str] | None = None,
) -> PaperCheck:
    """Everything that can be said of a blueprint without drawing.

    Args:
        rules: its lines.
        pool: the items that quizzes of the course may draw.
        outcomes: ids of the course's outcomes.
        languages: the course's languages.
        completes: whether passing the quiz completes the course.
        examination: whether only approved items are drawn.
        unsound: key → what is wrong with it, from :func:`unsound_items`.
    """
    usable = [item for item in pool if not examination or item.review == APPROVED]
    lines = supply_of(rules, usable)
    waiting = len(pool) - len(usable)
    drawable = [item for item in usable if any(rule.admits(item) for rule in rules)]
    findings = [
        *_shortages(rules, lines, pool, usable),
        *_unseen(lines),
        *_untested(drawable, outcomes, completes),
        *_unsound(drawable, unsound or {}),
        *_languages(drawable, languages),
        *_by_hand(rules, drawable, completes),
        *_waiting(waiting, examination),
    ]
    return PaperCheck(lines=tuple(lines), findings=tuple(findings), pool=len(usable), waiting=waiting)


def unsound_items(pool: Sequence[PoolCard], languages: Sequence[str]) -> dict[str, str]:
    """Items that break a rule of their kind today: key → the first rule broken.

    They were stored under other rules, or before the course had all its languages. At most :data:`DEEP` items are
    read; what was found sound is remembered by its hash, so the second time costs nothing.
    """
    mark = ",".join(languages)
    unknown = [item for item in pool if _sound.find(f"{item.hash} {mark}") is None][:DEEP]
    specs = specs_of({item.version_id: item.hash for item in unknown})
    found: dict[str, str] = {}
    for item in unknown:
        if not is_known(item.kind):
            found[item.key] = _("its kind “%(kind)s” is not installed", kind=item.kind)
            continue
        try:
            checked_spec(item.kind, specs[item.version_id], languages)
        except Invalid as refusal:
            field, messages = next(iter(refusal.errors.items()))
            found[item.key] = f"{field}: {' '.join(map(str, messages))}"
        else:
            _sound.keep(f"{item.hash} {mark}", {})
    return found


def _shortages(
    rules: Sequence[DrawRule],
    lines: Sequence[LineSupply],
    pool: Sequence[PoolCard],
    usable: Sequence[PoolCard],
) -> Iterator[Finding]:
    total = sum(line.wanted for line in lines)
    if total > len(usable):
        yield Finding(
            rule="paper.pool",
            level=FAULT,
            message=_m(
                "The paper has %(wanted)s questions, the whole pool %(found)s.",
                wanted=total,
                found=len(usable),
            ),
            remedy=_m("Write more questions for quizzes, or draw fewer."),
        )
    usable_keys = {item.key for item in usable}
    for index, (rule, line) in enumerate(zip(rules, lines, strict=True)):
        if line.filled == line.wanted:
            continue
        waiting = sum(rule.admits(item) for item in pool if item.key not in usable_keys)
        number = index + 1
        if line.at_hand >= line.wanted:
            yield Finding(
                rule="paper.compete",
                level=FAULT,
                line=index,
                message=_m(
                    "Line %(line)s draws %(wanted)s questions, the pool has %(found)s that fit it, but other lines need some: "
                    "%(left)s are left.",
                    line=number,
                    wanted=line.wanted,
                    found=line.at_hand,
                    left=line.filled,
                ),
                remedy=_m("Write questions that fit only this line, or make the lines narrower."),
            )
        else:
            yield Finding(
                rule="paper.too-few",
                level=FAULT,
                line=index,
                message=_m(
                    "Line %(line)s draws %(wanted)s questions, the pool has %(found)s that fit it.",
                    line=number,
                    wanted=line.wanted,
                    found=line.at_hand,
                ),
                remedy=_remedy(waiting, sum(_only_by_name(rule, item) for item in usable)),
            )


def _remedy(waiting: int, by_hand: int) -> str:
    if by_hand:
        return _m(
            "%(n)s more are graded by hand: they are drawn only if the line names their kind. Name it, write more that "
            "fit, or draw fewer.",
            n=by_hand,
        )
    if waiting:
        return _m("Have %(n)s questions that fit it approved, or draw fewer.", n=waiting)
    return _m("Write more questions that fit it, or draw fewer.")


def _only_by_name(rule: DrawRule, item: PoolCard) -> bool:
    """Whether a line would draw an item if it named its kind."""
    return not rule.kinds and item.by_hand and replace(rule, kinds=(item.kind,)).admits(item)


def _unseen(lines: Sequence[LineSupply]) -> Iterator[Finding]:
    for index, line in enumerate(lines):
        if line.filled < line.wanted or line.unseen >= line.wanted:
            continue
        yield Finding(
            rule="paper.shown",
            level=WARNING,
            line=index,
            message=_m(
                "Line %(line)s draws %(wanted)s questions, the pool has %(found)s of those that no lesson shows with their solution.",
                line=index + 1,
                wanted=line.wanted,
                found=line.unseen,
            ),
            remedy=_m("Write questions for quizzes only, or say that this line may draw what lessons show."),
        )


def _untested(drawable: Sequence[PoolCard], outcomes: Collection[str], completes: bool) -> Iterator[Finding]:
    tested = {item.outcome for item in drawable}
    for outcome in outcomes:
        if outcome not in tested:
            yield Finding(
                rule="paper.outcome",
                level=FAULT if completes else WARNING,
                message=_m(
                    "The outcome “%(outcome)s” of the course is not tested: no line can draw a question on it.",
                    outcome=outcome,
                ),
                remedy=_m("Add a line for it, or give its questions this outcome."),
            )


def _unsound(drawable: Sequence[PoolCard], unsound: Mapping[str, str]) -> Iterator[Finding]:
    keys = {item.key for item in drawable}
    for key, why in unsound.items():
        if key in keys:
            yield Finding(
                rule="paper.unsound",
                level=FAULT,
                message=_m("The question “%(key)s” cannot be asked: %(why)s", key=key, why=why),
                remedy=_m("Open the question, correct it and store it."),
            )


def _languages(drawable: Sequence[PoolCard], languages: Collection[str]) -> Iterator[Finding]:
    for lang in languages:
        known = [item for item in drawable if item.languages]
        behind = [item.key for item in known if item.languages.get(lang, PARTIAL) == PARTIAL]
        stale = [item.key for item in known if item.languages.get(lang) == STALE]
        if behind:
            yield Finding(
                rule="paper.language",
                level=WARNING,
                message=_m(
                    "Not all texts are there in the language %(lang)s: %(keys)s.",
                    lang=lang,
                    keys=_named(behind),
                ),
                remedy=_m("Write the missing texts; until then learners read them in another language."),
            )
        if stale:
            yield Finding(
                rule="paper.stale",
                level=WARNING,
                message=_m(
                    "The translation into %(lang)s is older than the question: %(keys)s.",
                    lang=lang,
                    keys=_named(stale),
                ),
                remedy=_m("Read the translation again and store it."),
            )


def _by_hand(rules: Sequence[DrawRule], drawable: Sequence[PoolCard], completes: bool) -> Iterator[Finding]:
    if not completes:
        return
    for index, rule in enumerate(rules):
        if any(item.by_hand and rule.admits(item) for item in drawable):
            yield Finding(
                rule="paper.by-hand",
                level=WARNING,
                line=index,
                message=_m(
                    "Line %(line)s can draw questions that a person marks, and the quiz completes the course.",
                    line=index + 1,
                ),
                remedy=_m(
                    "Choose other kinds, or accept that nobody completes the course before the marking is done."
                ),
            )


def _waiting(waiting: int, examination: bool) -> Iterator[Finding]:
    if examination and waiting:
        yield Finding(
            rule="paper.review",
            level=WARNING,
            message=_m(
                "%(n)s questions of the pool are not approved; an examination does not draw them.", n=waiting
            ),
            remedy=_m("Hand them in for review, or leave them out."),
        )


def _named(keys: Sequence[str]) -> str:
    shown = ", ".join(keys[:NAMED])
    return f"{shown} … ({len(keys)})" if len(keys) > NAMED else shown


def check_course_paper(
    course_id: int,
    rules: Sequence[DrawRule],
    *,
    outcomes: Collection[str],
    languages: Sequence[str],
    completes: bool,
    examination: bool,
) -> PaperCheck:
    """:func:`check_paper` against the bank as it stands; two queries, the second only for items not read before."""
    pool = pool_cards(course_id)
    drawable = [item for item in pool if any(rule.admits(item) for rule in rules)]
    return check_paper(
        rules,
        pool,
        outcomes=outcomes,
        languages=languages,
        completes=completes,
        examination=examination,
        unsound=unsound_items(drawable, languages),
    )
