#!/usr/bin/env python3
"""Check a published contest result: python3 check_draw.py result.json

Needs Python 3.8 or newer and nothing else. Reads the file that the academy offers on the page "How anyone can
check", computes commitment, lots, order, ranks and prizes anew, and says what differs. Exit code 0: all agrees.
"""

import hashlib
import hmac
import json
import sys
from decimal import Decimal


def order(line):
    gap = (1, 0) if line["gap"] is None else (0, line["gap"])
    return (-Decimal(line["mark"]), gap, line["seconds"], line["submitted"])


def ranks(lines, tie_rule):
    found = []
    for place, line in enumerate(lines, 1):
        shared = place > 1 and tie_rule == "shared" and order(line) == order(lines[place - 2])
        found.append(found[-1] if shared else place)
    return found


def prizes(lines, wanted):
    given, start = {}, 0
    for index, prize in enumerate(wanted):
        if prize["how"] == "rank" and start < len(lines):
            end = min(start + prize["count"], len(lines))
            while end < len(lines) and lines[end]["rank"] == lines[end - 1]["rank"]:
                end += 1
            for line in lines[start:end]:
                given[line["participant"]] = index
            start = end
    for index, prize in enumerate(wanted):
        if prize["how"] == "draw":
            least = Decimal(prize["minimum"])
            pot = [one for one in lines if one["participant"] not in given and Decimal(one["mark"]) >= least]
            for line in sorted(pot, key=lambda one: one["lot"])[: prize["count"]]:
                given[line["participant"]] = index
    return [given.get(line["participant"]) for line in lines]


def faults(data):
    seed, salt = data["seed"], data["salt"]
    if hashlib.sha256((salt + seed).encode()).hexdigest() != data["commitment"]:
        yield "salt and seed are not what was committed to"
    for board in data["boards"]:
        lines = board["lines"]
        for line in lines:
            text = "/".join((data["contest"], data["round"], line["participant"]))
            if hmac.new(seed.encode(), text.encode(), hashlib.sha256).hexdigest() != line["lot"]:
                yield "wrong lot: " + line["participant"]
        if any(line["mark"] is None for line in lines):
            continue  # fewer than five people: marks are not published
        if lines != sorted(lines, key=lambda line: (order(line), line["lot"])):
            yield "wrong order: " + board["name"]
        if [line["rank"] for line in lines] != ranks(lines, data["tie_rule"]):
            yield "wrong ranks: " + board["name"]
        if [line["prize"] for line in lines] != prizes(lines, data["prizes"]):
            yield "wrong prizes: " + board["name"]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = list(faults(json.load(file)))
    print("\n".join(found) or "everything agrees")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
