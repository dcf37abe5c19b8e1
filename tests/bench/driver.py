"""A small load generator for requests that change something: a plan on standard input, figures on standard output.

HTTP/1.1 over connections that stay open; it reads as much of an answer as it must to find its end.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

LONGEST = 120.0


def main() -> None:
    plan = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_drive(plan, int(sys.argv[1])))))


async def _drive(plan: dict[str, Any], connections: int) -> dict[str, Any]:
    address = urlsplit(plan["url"])
    began = time.perf_counter()
    until = began + min(plan["seconds"] or LONGEST, LONGEST)
    waiting = _endless(plan["asks"]) if plan["seconds"] else iter(plan["asks"])
    times: list[float] = []
    failures: list[str] = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            for ask in waiting:  # all connections take from one queue
                sent = time.perf_counter()
                if sent >= until:
                    return
                writer.write(request_of(ask, address.netloc))
                status, start = await answer_of(reader)
                times.append(time.perf_counter() - sent)
                if status >= 400:
                    failures.append(f"{status} {ask['method']} {ask['path']} {start[:300]!r}")
        finally:
            writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    seconds = time.perf_counter() - began
    if failures:
        print(f"{len(failures)} failed, the first: {failures[0]}", file=sys.stderr)
    times.sort()
    return {
        "requests": len(times),
        "seconds": seconds,
        "failed": len(failures),
        "p50_ms": share(times, 0.5),
        "p95_ms": share(times, 0.95),
        "p99_ms": share(times, 0.99),
    }


def _endless(asks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same requests again and again; ``{round}`` in a body counts the rounds from 1."""
    number = 0
    while asks:
        number += 1
        for ask in asks:
            yield ask | {"body": ask["body"].replace("{round}", str(number))}


def request_of(ask: dict[str, Any], host: str, encoding: str = "gzip") -> bytes:
    """One request as it is written to the server."""
    lines = [f"{ask['method']} {ask['path']} HTTP/1.1", f"Host: {host}", f"Accept-Encoding: {encoding}"]
    if ask["cookie"]:
        lines.append(f"Cookie: {ask['cookie']}")
    if ask["csrf_token"]:
        lines.append(f"X-CSRFToken: {ask['csrf_token']}")
    body = ask["body"].encode()
    if ask["method"] != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if lengths:
        return status, await reader.readexactly(int(lengths[0]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return status, body


def share(times: list[float], part: float) -> float:
    """Milliseconds within which that part of sorted times (in seconds) lies."""
    return 1000 * times[min(len(times) - 1, int(len(times) * part))] if times else 0.0


if __name__ == "__main__":
    main()
