"""``python -m tests.bench.excerpts``: what the excerpt of one result costs, beside a baseline of each lesson's length.

The baseline tokenizes the same stored text once, as an engine's own highlighter does for every result.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from academy.kernel.text import tokens
from academy.search.backend import Applied, Scope
from academy.search.query import parse
from academy.search.snippets import MarkedDocument
from academy.search.whoosh_index import WhooshIndex
from tests.search.corpus import real_documents

QUERIES = (
    "dữ liệu", "du lieu", "chuyen doi so", "thủ tục hành chính một cửa", "cán bộ công chức viên chức thành phố",
    "quản lý đô thị thông minh và dữ liệu mở", "open data governance", '"chính quyền đô thị"', "dữ li*",
)  # fmt: skip
ROUNDS = 20


def _milliseconds(call: Callable[[], object]) -> float:
    begun = time.thread_time()
    call()
    return (time.thread_time() - begun) * 1000


def main() -> None:
    with TemporaryDirectory() as folder:
        index = WhooshIndex(Path(folder))
        index.activate(index.rebuild(real_documents(), Applied()))
        print(f"{'query':44}  excerpt p50 / p95 ms   tokenizing p50 ms   ratio")
        for text in QUERIES:
            _measure(index, text)


def _measure(index: WhooshIndex, text: str) -> None:
    everything = Scope(frozenset(), everything=True)
    marks, documents = index._ask(everything, lambda answering: _stored(answering, text))
    excerpts, baselines = [], []
    for _ in range(ROUNDS):
        for data in documents:

            def excerpt(data=data) -> None:
                marked = MarkedDocument(marks, data["lang"], data["title"], data["passages"])
                marked.best_passage()
                marked.title()

            whole = "\n".join(passage[1] for passage in data["passages"])
            excerpts.append(_milliseconds(excerpt))
            baselines.append(_milliseconds(lambda whole=whole: sum(1 for _ in tokens(whole))))
    middle, usual = statistics.median(excerpts), statistics.median(baselines)
    late = sorted(excerpts)[int(0.95 * len(excerpts))]
    print(f"{text:44}  {middle:7.3f} / {late:7.3f}     {usual:10.3f}        {middle / usual:8.3f}")


def _stored(answering, text: str):
    plan = answering.plan(parse(text))
    found = answering.find(plan, {}, None).best(0, 10)
    return plan.marks, [answering.stored(one.document) for one in found]


if __name__ == "__main__":
    main()
