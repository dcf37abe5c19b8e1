"""Printed variants: drawn at once, set and bundled by a job."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id, find_media
from academy.catalog.views import CourseView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import LOCALES, _l
from academy.kernel.safe_archive import ArchiveWriter, new_archive, open_archive
from academy.kernel.storage import exports, storage
from academy.kernel.text import slug
from academy.kernel.typesetting import can_show, press
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.queries import VersionRow, get_item_versions, pool
from academy.quizzes.models import PaperBatch, QuizVersion
from academy.quizzes.paper import Candidate, PoolTooSmall, draw
from academy.quizzes.paper_proof import VARIANT, derived_seed, items_in, new_secret
from academy.quizzes.paper_sealing import holding_seal
from academy.quizzes.paper_sheet import TEMPLATE, Sheet, key_table, key_xlsx, pictures_of, sheet_of
from academy.quizzes.policies import can_edit_quizzes
from academy.quizzes.queries import get_quiz
from academy.quizzes.rules import QuizRules
from academy.quizzes.views import QuizRow

__all__ = [
    "BatchView",
    "PrintedFile",
    "make_print",
    "open_print",
    "print_again",
    "prints_of",
    "request_print",
]

MAX_VARIANTS = 60
_MOMENT = re.compile(rb">\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<")
PICTURES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/svg+xml": "svg",
    "image/webp": "webp",
}

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch of variants; ``state`` is ``waiting``, ``made``, or ``gone`` when its file was deleted by age."""

    id: int
    quiz_id: int
    lang: str
    codes: tuple[str, ...]
    sealed: bool
    job_id: int | None
    created_at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFile:
    """A finished batch, for download."""

    path: Path
    filename: str


def request_print(actor: Actor, quiz_id: int, *, lang: str, count: int, first_code: int = 101) -> BatchView:
    """Draw variants of a quiz; a job sets them. Those of a sealed examination follow from its seed and the code.

    Args:
        lang: of the paper.
        count: how many variants, at most :data:`MAX_VARIANTS`.
        first_code: the number of the first; the others count on.

    Raises:
        NotFound: there is no such quiz.
        Forbidden: the actor may not change the quizzes of its course.
        Invalid: ``errors`` by field.
        Conflict: the pool cannot fill the blueprint, or an examination is not sealed.
    """
    with unit_of_work() as work:
        quiz = get_quiz(quiz_id)
        course = find_course_by_id(quiz.course_id)
        require(actor, can_edit_quizzes, course)
        _check(course, lang, count, first_code)
        seal = holding_seal(quiz) if quiz.rules.examination else None
        if quiz.rules.examination and seal is None:
            raise Conflict(
                _l("The examination is not sealed: its papers cannot be printed."),
                rule="exam.sealed",
                next_step=_l("Seal it first, before it opens."),
            )
        candidates: Sequence[Candidate] = items_in(seal.manifest) if seal else pool(quiz.course_id)
        secret = seal.seed if seal else new_secret()
        codes = [f"{first_code + index:03d}" for index in range(count)]
        batch = PaperBatch(
            quiz_id=quiz.id,
            quiz_version_id=quiz.version_id,
            seal_id=seal.id if seal else None,
            account_id=actor.account_id,
            lang=lang,
            papers={code: _drawn(quiz, derived_seed(secret, VARIANT, code), candidates) for code in codes},
        )
        work.session.add(batch)
        work.session.flush()
        batch.job_id = work.enqueue("quizzes.print", owner=actor.account_id, batch_id=batch.id).id
        details = {"codes": f"{codes[0]}–{codes[-1]}", "lang": lang}
        record(actor, "quizzes.paper.print", "quiz", f"{course.slug}/{quiz.slug}", details=details)
        return _view(batch)


def print_again(actor: Actor, batch_id: int) -> BatchView:
    """Have the file of a batch made once more, to the same bytes.

    Raises:
        NotFound: there is no such batch.
        Forbidden: the actor may not change the quizzes of its course.
    """
    with unit_of_work() as work:
        batch, _course = _own(actor, batch_id)
        batch.storage_key = None
        batch.job_id = work.enqueue("quizzes.print", owner=actor.account_id, batch_id=batch.id).id
        return _view(batch)


def prints_of(actor: Actor, quiz_id: int) -> list[BatchView]:
    """The batches of a quiz, the newest first.

    Raises:
        NotFound, Forbidden
    """
    require(actor, can_edit_quizzes, find_course_by_id(get_quiz(quiz_id).course_id))
    batches = db.session.scalars(
        select(PaperBatch).where(PaperBatch.quiz_id == quiz_id).order_by(PaperBatch.id.desc()).limit(50)
    )
    return [_view(batch) for batch in batches]


def open_print(actor: Actor, batch_id: int) -> PrintedFile:
    """The bundle of a batch, for download; the journal notes who took it.

    Raises:
        NotFound: there is none, it is not made yet, or its file was deleted by now.
        Forbidden: the actor may not change the quizzes of its course.
    """
    with unit_of_work():
        batch, course = _own(actor, batch_id)
        if batch.storage_key is None or not exports().holds(batch.storage_key):
            raise NotFound(
                _l("This file is not there yet, or not any more."),
                rule="print.file",
                next_step=_l("Have it made again: it will be the same to the last byte."),
            )
        quiz = get_quiz(batch.quiz_id)
        record(actor, "quizzes.paper.download", "paper_batch", batch.id)
        name = f"{slug(course.slug)}-{quiz.slug}-{min(batch.papers)}-{max(batch.papers)}.zip"
        return PrintedFile(path=exports().path(batch.storage_key), filename=name)


def make_print(batch_id: int, *, report: Report | None = None) -> int:
    """Set and bundle the variants of a batch; how many. Making them again gives the same bytes."""
    batch = db.session.get(PaperBatch, batch_id)
    if batch is None:
        raise NotFound()
    settings = db.session.scalar(select(QuizVersion.settings).where(QuizVersion.id == batch.quiz_version_id))
    quiz, rules = get_quiz(batch.quiz_id), QuizRules.from_settings(settings)
    course = find_course_by_id(quiz.course_id)
    papers, lang = dict(sorted(batch.papers.items())), batch.lang
    versions = get_item_versions(
        version_id for paper in papers.values() for version_id, *_points in paper["slots"]
    )
    with force_locale(lang), tempfile.TemporaryDirectory() as folder:
        pictures = _Pictures(course.id, lang, versions.values())
        sheets = [
            sheet_of(
                code,
                int(paper["seed"]),
                [(versions[version_id], Decimal(weight)) for version_id, weight, _penalty in paper["slots"]],
                rules=rules,
                course=course.title,
                lang=lang,
                picture=pictures.find,
            )
            for code, paper in papers.items()
        ]
        path = Path(folder) / "print.zip"
        _bundle(path, sheets, pictures.files, report or (lambda done, total: None))
        key = exports().put_file(path, suffix=".zip")
    with unit_of_work() as work:
        kept = work.session.get(PaperBatch, batch_id)
        kept.storage_key, kept.made_at = key, clock.now()
    return len(papers)


class _Pictures:
    """The pictures of a batch, from the course's media; what cannot be printed is left to its description."""

    def __init__(self, course_id: int, lang: str, versions: Iterable[VersionRow]) -> None:
        self.files: dict[str, bytes] = {}
        self._found: dict[str, Mapping[str, Any] | None] = {}
        for path in sorted({path for version in versions for path in pictures_of(version, 1, lang)}):
            self._found[path] = self._read(course_id, path, lang)

    def find(self, path: str) -> Mapping[str, Any] | None:
        return self._found.get(path)

    def _read(self, course_id: int, path: str, lang: str) -> Mapping[str, Any] | None:
        media = find_media(course_id, path, lang)
        suffix = PICTURES.get(media.mime) if media else None
        if suffix is None:
            return None
        try:
            data = storage().read(media.storage_key)
        except NotFound:
            return None
        name = f"picture-{len(self.files) + 1}.{suffix}"
        if not can_show(name, data):
            return None
        self.files[name] = data
        return {"file": name, "ratio": media.width / media.height if media.width and media.height else 0}


def _bundle(path: Path, sheets: Sequence[Sheet], pictures: Mapping[str, bytes], report: Report) -> None:
    sums: list[str] = []
    total = len(sheets)
    with (
        new_archive(path) as bundle,
        press(TEMPLATE, pictures) as machine,
    ):
        for done, sheet in enumerate(sheets, 1):
            _add(bundle, sums, f"de-{sheet.code}.pdf", machine.pdf(sheet.paper()))
            _add(bundle, sums, f"dap-an-{sheet.code}.pdf", machine.pdf(sheet.key()))
            report(done, total)
        _add(bundle, sums, "dap-an-chung.pdf", machine.pdf(key_table(sheets)))
        _add(bundle, sums, "dap-an-chung.xlsx", _steady(key_xlsx(sheets)))
        bundle.add("SHA256SUMS", "".join(sums).encode())


def _add(bundle: ArchiveWriter, sums: list[str], name: str, data: bytes) -> None:
    bundle.add(name, data, compress=False)
    sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")


def _steady(workbook: bytes) -> bytes:
    """A workbook without the moment it was written at, so that the same table gives the same bytes."""
    steady = io.BytesIO()
    read = open_archive(workbook)
    with new_archive(steady) as written:
        for name in read:
            data = read.read(name)
            if name == "docProps/core.xml":
                data = _MOMENT.sub(b">1980-01-01T00:00:00Z<", data)
            written.add(name, data)
    return steady.getvalue()


def _drawn(quiz: QuizRow, seed: int, candidates: Sequence[Candidate]) -> dict[str, Any]:
    try:
        slots = draw(quiz.rules.draw, seed, candidates, shuffle_items=quiz.rules.shuffle_items)
    except PoolTooSmall as fault:
        raise Conflict(
            _l(
                "The quiz asks for %(wanted)s questions of a kind of which there are %(found)s.",
                wanted=fault.wanted,
                found=fault.found,
            ),
            rule="quiz.pool",
            next_step=_l("Write more questions that fit it, or draw fewer."),
        ) from fault
    return {
        "seed": str(seed),
        "slots": [[slot.version_id, str(slot.weight), str(slot.penalty)] for slot in slots],
    }


def _check(course: CourseView, lang: str, count: int, first_code: int) -> None:
    errors: dict[str, list[Any]] = {}
    if lang not in LOCALES or (course.languages and lang not in course.languages):
        errors["lang"] = [_l("Choose one of the course's languages.")]
    if not 1 <= count <= MAX_VARIANTS:
        errors["count"] = [_l("From 1 to %(n)s variants.", n=MAX_VARIANTS)]
    if not 1 <= first_code <= 900:
        errors["first_code"] = [_l("Codes begin from 1 to 900.")]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="print.form", errors=errors)


def _own(actor: Actor, batch_id: int) -> tuple[PaperBatch, CourseView]:
    batch = db.session.get(PaperBatch, batch_id)
    if batch is None:
        raise NotFound()
    course = find_course_by_id(get_quiz(batch.quiz_id).course_id)
    require(actor, can_edit_quizzes, course)
    return batch, course


def _view(batch: PaperBatch) -> BatchView:
    is_made = batch.storage_key is not None
    state = ("made" if exports().holds(batch.storage_key) else "gone") if is_made else "waiting"
    return BatchView(
        id=batch.id,
        quiz_id=batch.quiz_id,
        lang=batch.lang,
        codes=tuple(sorted(batch.papers)),
        sealed=batch.seal_id is not None,
        job_id=batch.job_id,
        created_at=batch.created_at,
        state=state,
    )
