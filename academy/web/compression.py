"""Pages are packed for the way; what may not be packed, and why."""

from __future__ import annotations

import zlib

from flask import Response, request

SMALLEST = 2_000
# the quickest level: 35 KB become 10 KB in a quarter of a millisecond
LEVEL = 1
GZIP_WINDOW = 31


def compress_page(response: Response) -> None:
    """Gzip an HTML page for a reader who can unpack it.

    A page asked for with a query, or by another method than GET, may echo what somebody else chose beside the
    reader's form token; packed together, their likeness shows in the length. Such pages travel plain.
    """
    if (
        request.method == "GET"
        and not request.query_string
        and response.mimetype == "text/html"
        and response.status_code == 200
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
    ):
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0 and (response.content_length or 0) >= SMALLEST:
            packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_WINDOW)
            response.set_data(packer.compress(response.get_data()) + packer.flush())
            response.headers["Content-Encoding"] = "gzip"
