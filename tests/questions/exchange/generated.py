"""Items of every kind, made up: Vietnamese, signs that mean something somewhere, pictures, feedback, marks below 0."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

from hypothesis import strategies as st

from academy.questions.exchange.markup import escape_markdown
from tests.questions.exchange.banks import SVG

NAME = f"so-do.{hashlib.sha256(SVG).hexdigest()[:12]}.svg"
"""The picture of the course as it is served."""

# letters, signs that mean something somewhere, and what is typed decomposed
SIGNS = "aBđỄ ýế01.,:;!?~=#{}\\%<>&\"'*_`[]()$|/-+^@"
WORDS = (
    st.text(alphabet=SIGNS, min_size=1, max_size=40)
    .map(lambda text: unicodedata.normalize("NFC", " ".join(text.split())))
    .filter(lambda text: any(letter.isalnum() for letter in text))
)
# no braces: where they are places, they mean something here, too
_BARE = WORDS.map(lambda text: escape_markdown(text.replace("{", "(").replace("}", ")")))
SPECIAL = st.sampled_from(
    [
        "**đậm** và *nghiêng* $a^2$",
        "giá từ \\$\\$5 đến \\$\\$7",
        "không phải công thức: \\\\(x\\\\), \\\\[y\\\\], \\$\\$z\\$\\$",
        f"![Sơ đồ](/courses/khoa/media/{NAME})",
        "`mã` và [liên kết](<https://example.org/a>)",
    ]
)
TEXTS = st.one_of(_BARE, _BARE, SPECIAL)
BLOCKS = st.one_of(TEXTS, st.just("Một\n\n- a\n- b\n\n| x | y |\n| --- | --- |\n| 1 | 2 |"))
PICTURE = {"path": "media/so-do.svg", "width": 800, "height": 600}


def vi(text: str) -> dict[str, str]:
    return {"vi": text}


def distinct(texts: Any, least: int, most: int) -> Any:
    return st.lists(texts, min_size=least, max_size=most, unique=True)


@st.composite
def said(draw, row: dict) -> dict:
    return row | {"feedback": vi(draw(TEXTS))} if draw(st.booleans()) else row


def whole(draw, spec: dict) -> dict:
    spec = {"text": vi(draw(BLOCKS)), **spec}
    return spec | {"explanation": vi(draw(BLOCKS))} if draw(st.booleans()) else spec


def ruled(draw, spec: dict, *rules: str) -> dict:
    rule = draw(st.sampled_from(("", *rules)))
    return spec | {"credit": rule} if rule else spec


@st.composite
def single(draw) -> tuple[str, dict]:
    texts = draw(distinct(TEXTS, 2, 5))
    right = draw(st.integers(0, len(texts) - 1))
    weighted = draw(st.booleans())
    rows = []
    for index, text in enumerate(texts):
        row = {"id": chr(97 + index), "text": vi(text)}
        if weighted:
            part = st.sampled_from(["-100", "-33.33333", "0", "12.5", "50"])
            row["weight"] = "100" if index == right else draw(part)
        else:
            row["correct"] = index == right
        rows.append(draw(said(row)))
    spec = {"options": rows}
    if weighted and {row["weight"] for row in rows} <= {"0", "100"}:
        # where no part of the mark is given, both rules are one
        spec = {"options": [{**row, "weight": "-100" if row["weight"] == "0" else "100"} for row in rows]}
    return "single", whole(draw, spec | ({"credit": "weighted"} if weighted else {}))


@st.composite
def multiple(draw) -> tuple[str, dict]:
    texts = draw(distinct(TEXTS, 3, 6))
    if draw(st.booleans()):
        weights = [
            "50",
            "50",
            *draw(st.lists(st.sampled_from(["-25", "0", "-100", "-12.5"]), min_size=4, max_size=4)),
        ]
        rows = [{"id": chr(97 + n), "text": vi(text), "weight": weights[n]} for n, text in enumerate(texts)]
        spec: dict = {"options": rows, "credit": "weighted"}
    else:
        right = draw(st.integers(1, len(texts) - 1))
        rows = [{"id": chr(97 + n), "text": vi(text), "correct": n < right} for n, text in enumerate(texts)]
        spec = ruled(draw, {"options": rows}, "all_or_nothing")
    return "multiple", whole(draw, spec | {"options": [draw(said(row)) for row in spec["options"]]})


@st.composite
def truefalse(draw) -> tuple[str, dict]:
    return "truefalse", whole(draw, {"answer": draw(st.booleans())})


@st.composite
def short(draw) -> tuple[str, dict]:
    words = st.text("aBđỄ 01=~#{}:\\%<>&*", min_size=1, max_size=20).filter(lambda word: word.strip("* \\"))
    accept = draw(st.lists(words, min_size=1, max_size=3, unique_by=lambda word: " ".join(word.split())))
    return "short", whole(
        draw, {"accept": {"vi": accept}, "accents": draw(st.sampled_from(["ignore", "require"]))}
    )


NUMBERS = st.decimals(-10_000, 10_000, allow_nan=False, places=3).map(
    lambda number: f"{number.normalize():f}"
)
SIZES = st.decimals(0, 20, allow_nan=False, places=2).map(lambda number: f"{number.normalize():f}")


@st.composite
def near(draw, answer: str) -> dict:
    kind = draw(st.sampled_from(["", "", "percent", "figures"]))
    if kind == "figures":
        return {"answer": answer, "tolerance": str(draw(st.integers(1, 6))), "tolerance_as": kind}
    row = {"answer": answer, "tolerance": draw(SIZES)}
    return row | {"tolerance_as": kind} if kind and float(answer) else row


@st.composite
def units(draw) -> dict:
    kind = draw(st.sampled_from(["none", "one", "several"]))
    if kind == "none":
        return {}
    if kind == "one":
        return {"unit": draw(st.sampled_from(["%", "m²", "đồng/kg"]))}
    rows = [
        {"name": "m", "factor": "1"},
        {"name": "km", "factor": "1000"},
        {"name": "hải lý", "factor": "1852"},
    ]
    found = {
        "units": draw(st.permutations(rows)),
        "unit": draw(st.sampled_from(["required", "optional", "none"])),
    }
    return found | {"unit_penalty": "0.4"} if draw(st.booleans()) else found


@st.composite
def numeric(draw) -> tuple[str, dict]:
    if draw(st.booleans()):
        return "numeric", whole(draw, draw(near(draw(NUMBERS))) | draw(units()))
    answers = draw(st.lists(NUMBERS, min_size=2, max_size=4, unique=True))
    rows = [
        draw(near(answer)) | {"weight": "100" if index == 0 else draw(st.sampled_from(["-25", "0", "50"]))}
        for index, answer in enumerate(answers)
    ]
    return "numeric", whole(draw, {"answers": [draw(said(row)) for row in rows]} | draw(units()))


@st.composite
def matching(draw) -> tuple[str, dict]:
    lefts, rights = draw(distinct(TEXTS, 2, 4)), draw(distinct(TEXTS, 4, 6))
    pairs = [{"id": f"p{n}", "left": vi(left), "right": vi(rights[n])} for n, left in enumerate(lefts)]
    spec = {"pairs": pairs, "distractors": [vi(text) for text in rights[len(lefts) :]]}
    return "matching", whole(draw, ruled(draw, spec, "all_or_nothing"))


@st.composite
def ordering(draw) -> tuple[str, dict]:
    steps = [{"id": f"s{n}", "text": vi(text)} for n, text in enumerate(draw(distinct(TEXTS, 2, 5)))]
    return "ordering", whole(draw, ruled(draw, {"steps": steps}, "all_or_nothing", "positions"))


@st.composite
def cloze(draw) -> tuple[str, dict]:
    count = draw(st.integers(1, 4))
    bank = [{"id": f"b{n}", "text": vi(text)} for n, text in enumerate(draw(distinct(TEXTS, 2, 4)))]
    gaps = []
    for number in range(1, count + 1):
        way = draw(st.sampled_from(["options", "accept", "number", "word"]))
        gap: dict = {"id": str(number)}
        if way == "options":
            texts = draw(distinct(TEXTS, 2, 4))
            rows = [{"id": chr(97 + n), "text": vi(text), "correct": n == 0} for n, text in enumerate(texts)]
            gap["options"] = [draw(said(row)) for row in rows]
        elif way == "accept":
            gap |= {"accept": {"vi": ["ký tên", "a=b~c#d}%5 * 3", "C:\\\\tệp\\\\"]}, "accents": "require"}
        elif way == "number":
            gap["number"] = draw(near(draw(NUMBERS)))
            if draw(st.booleans()):
                gap["number"]["unit"] = "km"
        else:
            gap["word"] = bank[0]["id"]
        if draw(st.booleans()):
            gap["weight"] = draw(st.sampled_from(["2", "0.5", "3"]))
        if draw(st.booleans()):
            gap["feedback"] = vi(draw(TEXTS))
        gaps.append(gap)
    text = draw(_BARE) + "".join(f" {{{number}}} và" for number in range(1, count + 1))
    spec = {"text": vi(text), "gaps": gaps}
    if any("word" in gap for gap in gaps):
        spec["bank"] = bank
    return "cloze", ruled(draw, spec, "all_or_nothing")


@st.composite
def matrix(draw) -> tuple[str, dict]:
    columns = [{"id": f"c{n}", "text": vi(text)} for n, text in enumerate(draw(distinct(TEXTS, 2, 4)), 1)]
    several = draw(st.booleans())
    rows = []
    for n, text in enumerate(draw(distinct(TEXTS, 2, 4)), 1):
        names = st.lists(
            st.sampled_from([c["id"] for c in columns]), min_size=1, max_size=2 if several else 1, unique=True
        )
        rows.append({"id": f"r{n}", "text": vi(text), "correct": sorted(draw(names))})
    spec = {"mode": "several" if several else "one", "columns": columns, "rows": rows}
    return "matrix", whole(draw, ruled(draw, spec, "all_or_nothing", "right_minus_wrong"))


COORDS = st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(1, 300), st.integers(1, 200)).map(
    list
)


@st.composite
def placing(draw) -> tuple[str, dict]:
    mode = draw(st.sampled_from(["text", "categories", "picture"]))
    texts = draw(distinct(TEXTS.filter(lambda text: len(text) < 150), 3, 5))
    entries = [{"id": f"e{n}", "text": vi(text)} for n, text in enumerate(texts, 1)]
    spec: dict = {"mode": mode, "entries": entries, "reuse": mode != "categories" and draw(st.booleans())}
    accepts = [["e1"], ["e2", "e3"] if draw(st.booleans()) else ["e2"]]
    if mode == "text":
        spec["passage"] = vi(f"{draw(_BARE)} {{1}} và {{2}}")
        spec["places"] = [{"id": str(n), "accept": accept} for n, accept in enumerate(accepts, 1)]
    elif mode == "categories":
        groups = draw(distinct(TEXTS.filter(lambda text: len(text) < 150), 2, 2))
        spec["places"] = [
            {"id": f"g{n}", "text": vi(groups[n - 1]), "accept": accept}
            for n, accept in enumerate(accepts, 1)
        ]
    else:
        spec["picture"] = PICTURE | {"alt": vi(draw(_BARE))}
        spec["places"] = [
            {"id": f"p{n}", "coords": draw(COORDS), "accept": accept} for n, accept in enumerate(accepts, 1)
        ]
    return "placing", whole(draw, ruled(draw, spec, "all_or_nothing"))


@st.composite
def hotspot(draw) -> tuple[str, dict]:
    shapes = [
        ("rect", draw(COORDS)),
        ("circle", [400, 300, draw(st.integers(1, 90))]),
        ("polygon", [10, 10, 200, 10, 10, draw(st.integers(20, 590))]),
    ]
    names = draw(distinct(_BARE.filter(lambda text: len(text) < 150), 3, 3))
    right = draw(st.integers(1, 2))
    rows = [
        draw(
            said(
                {"id": f"r{n}", "name": vi(names[n]), "shape": shape, "coords": coords, "correct": n < right}
            )
        )
        for n, (shape, coords) in enumerate(shapes)
    ]
    spec = {
        "mode": draw(st.sampled_from(["points", "regions"])),
        "picture": PICTURE | {"alt": vi(draw(_BARE))},
        "regions": rows,
    }
    spec = ruled(draw, spec, "all_or_nothing", "each_part")
    if spec.get("credit") != "each_part" and draw(st.booleans()):
        spec["most"] = right + draw(st.integers(0, 2))
    return "hotspot", whole(draw, spec)


@st.composite
def marked(draw) -> dict:
    """What the kinds that people mark share."""
    spec: dict = {}
    if draw(st.booleans()):
        spec["model"] = vi(draw(BLOCKS))
    if draw(st.booleans()):
        texts = draw(st.lists(TEXTS, min_size=6, max_size=6))
        criteria = [
            {
                "id": f"tc-{n}",
                "text": vi(texts[n]),
                "levels": [
                    {"id": f"m{place}", "text": vi(texts[2 + 2 * n + place]), "points": points}
                    for place, points in enumerate(("0", "2.5"))
                ],
            }
            for n in range(2)
        ]
        spec |= {
            "rubric": {"criteria": criteria},
            "rubric_shown": draw(st.sampled_from(["never", "after", "before"])),
        }
    return spec


@st.composite
def extended(draw) -> tuple[str, dict]:
    words = draw(st.sampled_from([{}, {"words": {"min": 5}}, {"words": {"min": 5, "max": 90}}]))
    return "extended", whole(draw, {**words, **draw(marked())})


@st.composite
def filed(draw) -> tuple[str, dict]:
    formats = draw(st.lists(st.sampled_from(["pdf", "docx", "jpg", "txt", "odt"]), min_size=1, unique=True))
    numbers = {"max_files": draw(st.integers(1, 10)), "max_megabytes": draw(st.integers(1, 20))}
    return "file", whole(draw, {"formats": formats, **numbers, **draw(marked())})


FORMULAS = (
    *(
        "a * b",
        "a+b/2",
        "sqrt(a) + abs(b)",
        "round(a / 3, 2) + b",
        "round(b)*a",
        "a ^ 2 - b",
        "max(a, b) % 7 + 1",
    ),
    *(
        "ln(a + 1) + e * b",
        "log10(b) + pi * a",
        "-a + (b - 1) * 2.50",
        "min(a, b, 5) + a - (b - 3)",
        "a ^ -b + 2 ^ 3 ^ 1",
    ),
    *(
        "floor(a / b) + ceil(b) + a",
        "sin(rad(a)) + cos(b) + 2",
        "deg(a) / b",
        "tan(1) * a + b",
        "(a - b) / (a + b) + 9",
    ),
)
RANGES = (
    {"min": "3", "max": "12"},
    {"min": "3", "max": "12", "step": "1"},
    {"min": "1", "max": "12", "step": "5"},
    {"min": "0.5", "max": "4.25", "step": "0.25"},
    {"min": "1.0", "max": "2", "step": "0.3"},
    {"values": ["25", "40", "62.5", "1.50"]},
)


@st.composite
def calculated(draw) -> tuple[str, dict]:
    ranges = draw(st.tuples(st.sampled_from(RANGES), st.sampled_from(RANGES)))
    steps = draw(
        st.lists(
            st.sampled_from(
                ["{answer}", "{= a * b}", "{=answer/2 }", "{a}", "{ b }", "{= round(a) + 1}", "{= answer}"]
            ),
            max_size=4,
        )
    )
    spec = {
        "text": vi(f"{draw(_BARE)} {{a}} và {draw(st.sampled_from(['{b}', '{ b }']))}?"),
        "parameters": [{"name": name, **row} for name, row in zip("ab", ranges, strict=True)],
        "formula": draw(st.sampled_from(FORMULAS)),
        **draw(units()),
    }
    if steps:
        spec["explanation"] = vi(f"{draw(_BARE)} " + " = ".join(steps))
    tolerance = draw(near("1"))
    del tolerance["answer"]
    if draw(st.booleans()):
        spec["decimals"] = draw(st.integers(4, 10))
    return "calculated", spec | tolerance


ITEMS = {
    "single": single(),
    "multiple": multiple(),
    "truefalse": truefalse(),
    "short": short(),
    "numeric": numeric(),
    "matching": matching(),
    "ordering": ordering(),
    "cloze": cloze(),
    "matrix": matrix(),
    "placing": placing(),
    "hotspot": hotspot(),
    "extended": extended(),
    "file": filed(),
    "calculated": calculated(),
}
