"""Questions between two systems: one language, texts in the academy's Markdown, weights in per cent.

Whatever a format can say stands here before it becomes an item of the academy, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

FULL, NONE = Decimal(100), Decimal(0)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell about a question or a file; ``code`` is a key of :data:`.wording.NOTES`."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What can be chosen; ``weight`` is what choosing it earns, from -100 to 100."""

    text: str
    weight: Decimal = NONE
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several, or ``many`` of several; ``rule`` is the academy's credit rule where it is known."""

    options: tuple[Option, ...]
    many: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A statement; the feedbacks are for answering true and for answering false."""

    answer: bool
    on_true: str = ""
    on_false: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An answer that may be typed; ``*`` in ``text`` stands for anything if ``pattern``."""

    text: str
    weight: Decimal = FULL
    feedback: str = ""
    pattern: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Words to be typed. ``accents``: whether the marks of letters count; ``case``: whether capitals do."""

    accepted: tuple[Accepted, ...]
    accents: bool = True
    case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number that is right within ``tolerance``, both decimal texts.

    ``tolerance_as``: ``absolute``, ``percent`` or ``figures``, as in :mod:`academy.questions.tolerance`; ``unit`` is
    what stands behind the field.
    """

    answer: str
    tolerance: str = "0"
    tolerance_as: str = "absolute"
    unit: str = ""
    weight: Decimal = FULL
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: a number in it, times ``factor``, is the number in the unit of the answer."""

    name: str
    factor: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number to be typed.

    ``unit_rule``: ``required``, ``optional`` or ``none`` where several units are known; ``unit_penalty`` is the
    share that a wrong one costs, as decimal text.
    """

    answers: tuple[Amount, ...]
    units: tuple[Unit, ...] = ()
    unit_rule: str = ""
    unit_penalty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Left sides with the right sides that belong to them, and right sides that belong to none."""

    pairs: tuple[tuple[str, str], ...]
    distractors: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Steps in the right order."""

    steps: tuple[str, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One gap of a text, ``{id}`` in it: filled by choosing, by typing, or with a number."""

    id: str
    options: tuple[Option, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    amounts: tuple[Amount, ...] = ()
    accents: bool = True
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    gaps: tuple[Gap, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table to mark: ``right`` has for each row the numbers, from 0, of the columns that hold for it."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    right: tuple[tuple[int, ...], ...]
    several: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Entries to be put into the gaps ``{1}``, ``{2}`` … of a passage: for each gap the numbers of the right ones."""

    passage: str
    entries: tuple[str, ...]
    gaps: tuple[tuple[str, tuple[int, ...]], ...]
    reuse: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Entries to be sorted into groups: for each entry the number of its group, from 0; None belongs nowhere."""

    entries: tuple[str, ...]
    groups: tuple[str, ...]
    right: tuple[int | None, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that is part of what is asked: its name among the files, its size, its description.

    A size of 0 is to be found in the file itself.
    """

    name: str
    width: int = 0
    height: int = 0
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region of a picture; ``shape`` and ``coords`` as in :mod:`academy.questions.shapes`."""

    shape: str
    coords: tuple[int, ...]
    name: str = ""
    right: bool = False
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spots:
    """Places on a picture: secret regions to be met by points, or ``drawn`` ones to be chosen by their names."""

    picture: Picture
    regions: tuple[Region, ...]
    drawn: bool = False
    most: int | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Entries to be put onto rectangles of a picture: for each the numbers of the right entries."""

    picture: Picture
    entries: tuple[str, ...]
    places: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    reuse: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    text: str
    points: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    text: str
    levels: tuple[Level, ...]
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """What people mark by; ``shown`` says when learners see it (:mod:`academy.questions.rubric`)."""

    criteria: tuple[Criterion, ...]
    shown: str = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Essay:
    """A text of the learner's own, marked by people."""

    min_words: int | None = None
    max_words: int | None = None
    rubric: Rubric | None = None
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Files of the learner's own, marked by people; ``formats`` as in :mod:`academy.questions.file_formats`."""

    formats: tuple[str, ...]
    max_files: int = 1
    max_megabytes: int = 5
    rubric: Rubric | None = None
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What varies in a computed question: a list of values, or a range; all decimal texts."""

    name: str
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A number by a formula, in the grammar of :mod:`academy.questions.formula`.

    Texts show a parameter as ``{name}``, the explanation the answer as ``{answer}`` and steps as ``{= a * b}``.
    ``decimals`` is None where nobody chose.
    """

    parameters: tuple[Parameter, ...]
    formula: str
    decimals: int | None = None
    tolerance: str = "0"
    tolerance_as: str = "absolute"
    units: tuple[Unit, ...] = ()
    unit_rule: str = ""
    unit_penalty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It cannot come in; ``why`` says so."""

    why: Note


def kind_of(body: Body) -> str:
    """The academy's name for what a body asks."""
    if isinstance(body, Choice):
        return "multiple" if body.many else "single"
    return _KINDS.get(type(body), "")


_KINDS: Mapping[type, str] = {
    Truth: "truefalse",
    Typed: "short",
    Number: "numeric",
    Pairs: "matching",
    Steps: "ordering",
    Gaps: "cloze",
    Table: "matrix",
    Words: "placing",
    Groups: "placing",
    Labels: "placing",
    Spots: "hotspot",
    Essay: "extended",
    Handed: "file",
    Computed: "calculated",
}

Body = (
    Choice | Truth | Typed | Number | Pairs | Steps | Gaps | Table | Words | Groups | Labels | Spots | Essay
    | Handed | Computed | Refused
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    ``key`` is the id that the other system gives it, ``category`` its path there, parts joined by ``/``;
    ``settings`` is what only the academy knows (lesson, outcome, difficulty …); ``files`` are pictures and
    sounds by the name under which ``text`` shows them; ``line`` and ``file`` are where it stands.
    """

    body: Body
    text: str = ""
    name: str = ""
    key: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    explanation: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    line: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file holds; ``notes`` concern all of it."""

    questions: tuple[Question, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A file that was written, and what it could not carry, by key of the question."""

    data: bytes
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
