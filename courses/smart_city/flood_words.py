"""What is said about a run, in three languages, and about decisions that the rules do not allow."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from academy.sdk import _l
from courses.smart_city.flood_model import Impossible

WAY_NAMES: Mapping[str, Any] = {
    "nothing": _l("Do nothing"),
    "all_pumps": _l("All pumps throughout"),
    "two_pumps": _l("Two pumps throughout"),
    "inform": _l("Only inform, every turn"),
    "evacuate_first": _l("Evacuate the first step at once, inform"),
    "evacuate_half": _l("Evacuate the second step from turn 2, inform"),
    "early_request": _l("Request at once, two pumps, inform"),
    "late_pumps": _l("All pumps from turn 3 only, inform"),
    "adaptive": _l("Adjust pumps to the water level, request when it rises"),
    "request_three_pumps": _l("Request at once, three pumps up to turn 4, then one"),
    "all_pumps_inform": _l("All pumps throughout, inform"),
    "request_all_pumps": _l("Request at once, all pumps up to turn 4, then none"),
}
"""What the preset ways of :mod:`.flood_ways` are called."""

PAPER_TURN = {
    "vi": "Lượt %(turn)s (giờ %(start)s–%(end)s)",
    "en": "Turn %(turn)s (hours %(start)s–%(end)s)",
    "de": "Runde %(turn)s (Stunde %(start)s–%(end)s)",
}
PAPER_COLUMNS = (
    {"vi": "Số máy bơm", "en": "Pumps", "de": "Pumpen"},
    {"vi": "Thông báo", "en": "Inform", "de": "Informieren"},
    {"vi": "Sơ tán (%)", "en": "Evacuate (%)", "de": "Evakuieren (%)"},
    {"vi": "Xin chi viện", "en": "Ask for help", "de": "Hilfe anfordern"},
)
PAPER_HINT = {
    "vi": "Điền quyết định cho từng lượt; viết lý do của mỗi lượt trên một dòng.",
    "en": "Fill in the decisions of every turn; give the reason of each turn on a line.",
    "de": "Tragen Sie die Entscheidungen jeder Runde ein; begründen Sie jede Runde auf einer Zeile.",
}
PAPER_KEY = {
    "vi": "Nhập phương án vào chương trình mô phỏng để tính điểm; giám khảo đọc lý do.",
    "en": "Enter the plan into the simulation to score it; a marker reads the reasons.",
    "de": "Den Plan in die Simulation eingeben, um ihn zu bewerten; die Gründe liest ein Prüfer.",
}
_GROUPING = {"vi": ".", "en": ",", "de": "."}
_POINT = {"vi": ",", "en": ".", "de": ","}


def refusal(broken: Impossible) -> Any:
    """Why a decision is not possible, with its turn and the numbers of the rule."""
    parts = {"turn": broken.turn, **broken.parts}
    if broken.rule == "pumps":
        return _l("Turn %(turn)s: there are %(most)s pumps, %(wanted)s were chosen.", **parts)
    if broken.rule == "step":
        return _l("Turn %(turn)s: %(wanted)s %% is no step of evacuation here.", **parts)
    if broken.rule == "fall":
        return _l(
            "Turn %(turn)s: %(now)s %% of homes are evacuated already; the share can only rise.", **parts
        )
    if broken.rule == "again":
        return _l("Turn %(turn)s: support was requested in turn %(before)s already.", **parts)
    return _l("Turn %(turn)s costs %(cost)s points; only %(left)s of the budget are left.", **parts)


def result(total: Decimal, mine: int, base: int) -> dict[str, str]:
    share = round(100 * (base - mine) / base) if base else 100
    return _say(
        {
            "vi": "{total} điểm trên 100. Cộng các lượt có {mine} lượt hộ bị ảnh hưởng; không làm gì thì là {base} (giảm {share} %).",
            "en": "{total} points of 100. Over all turns {mine} homes were affected; with no action it would be {base} ({share} % fewer).",
            "de": "{total} von 100 Punkten. Über alle Runden waren {mine} Haushalte betroffen; ohne Maßnahmen wären es {base} ({share} % weniger).",
        },
        total=total,
        mine=mine,
        base=base,
        share=share,
    )


def worst(turn: int, affected: int, water: int) -> dict[str, str]:
    return _say(
        {
            "vi": "Lượt nặng nhất là lượt {turn}: mực nước {water}, {affected} hộ bị ảnh hưởng.",
            "en": "The worst turn was turn {turn}: water level {water}, {affected} homes affected.",
            "de": "Die schwerste Runde war Runde {turn}: Wasserstand {water}, {affected} Haushalte betroffen.",
        },
        turn=turn,
        affected=affected,
        water=water,
    )


def support_late(asked: int | None, delay: int, surge: int) -> dict[str, str]:
    """``asked``: the turn of the request, None for never; ``surge``: the first turn of heavier rain."""
    if asked is None:
        words = {
            "vi": "Chi viện của thành phố không được xin. Chi viện đến sau {delay} lượt nên phải xin trước lượt mưa mạnh ({surge}).",
            "en": "Support from the city was not requested. It arrives {delay} turns later, so it must be requested before the heavier rain (turn {surge}).",
            "de": "Unterstützung der Stadt wurde nicht angefordert. Sie trifft {delay} Runden später ein und muss vor dem stärkeren Regen (Runde {surge}) angefordert werden.",
        }
    else:
        words = {
            "vi": "Chi viện xin ở lượt {asked} đến ở lượt {arrival}, sau khi mưa đã mạnh lên từ lượt {surge}.",
            "en": "Support requested in turn {asked} arrives in turn {arrival}, when the rain has been heavier since turn {surge}.",
            "de": "Die in Runde {asked} angeforderte Unterstützung trifft in Runde {arrival} ein; der Regen ist schon seit Runde {surge} stärker.",
        }
    return _say(words, asked=asked or 0, delay=delay, arrival=(asked or 0) + delay, surge=surge)


def reasons_missing(reasoned: int, turns: int, least: int) -> dict[str, str]:
    return _say(
        {
            "vi": "Có {reasoned} trong {turns} lượt được ghi lý do đầy đủ (ít nhất {least} từ, không chép lại). Chỉ tính có ghi hay không, không chấm ý kiến.",
            "en": "Reasons are recorded in full for {reasoned} of {turns} turns (at least {least} words, no copies). Only that they are recorded counts, never the opinion.",
            "de": "Für {reasoned} von {turns} Runden sind Gründe vollständig festgehalten (mindestens {least} Wörter, keine Kopien). Es zählt nur, dass sie festgehalten sind, nie die Meinung.",
        },
        reasoned=reasoned,
        turns=turns,
        least=least,
    )


def _say(words: Mapping[str, str], **numbers: int | Decimal) -> dict[str, str]:
    return {
        lang: text.format(**{name: _figure(value, lang) for name, value in numbers.items()})
        for lang, text in words.items()
    }


def _figure(value: int | Decimal, lang: str) -> str:
    plain = f"{value:,}"
    return plain.replace(",", "\0").replace(".", _POINT[lang]).replace("\0", _GROUPING[lang])
