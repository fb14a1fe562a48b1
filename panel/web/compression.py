"""Text leaves compressed: what never changes is packed once, a page anew, with a length that tells nothing.

The server for small offices does not compress, and a tablet on a bad network waits for every kilobyte. The
length of a compressed page can tell an onlooker what stands in it (BREACH, 2013): each page therefore carries
a random number of bytes that mean nothing, as Django's do ("Heal the BREACH", 2022).
"""

from __future__ import annotations

import secrets
import struct
import zlib
from functools import lru_cache

from flask import Flask, Response, request

_TEXTS = {
    "text/html",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/manifest+json",
}
_LEAST = 1000
"""Smaller answers fit into one packet anyhow."""
_MOST_NOISE = 100
_NAMED, _UNKNOWN_SYSTEM = 8, 255


def install(app: Flask) -> None:
    """Compress answers for browsers that ask for it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _compressible(response):
        return response
    lasting = response.cache_control.max_age is not None
    if lasting:
        response.direct_passthrough = False  # A file, of which `get_data` is the whole.
    plain = response.get_data()
    if len(plain) < _LEAST:
        return response
    response.set_data(_once(plain) if lasting else packed(plain, _noise()))
    response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    etag, _weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _compressible(response: Response) -> bool:
    return (
        response.status_code not in (204, 206, 304)
        and response.mimetype in _TEXTS
        and not response.content_encoding
        and (response.direct_passthrough or not response.is_streamed)
        and "attachment" not in response.headers.get("Content-Disposition", "")
        and request.accept_encodings["gzip"] > 0
    )


@lru_cache(maxsize=128)
def _once(plain: bytes) -> bytes:
    return packed(plain, b"", level=9)


def _noise() -> bytes:
    return secrets.token_hex(_MOST_NOISE)[: secrets.randbelow(_MOST_NOISE + 1)].encode()


def packed(plain: bytes, noise: bytes, *, level: int = 6) -> bytes:
    """The gzip form (RFC 1952) of `plain`; the noise stands where a file name may, and is read by nobody."""
    work = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = work.compress(plain) + work.flush()
    head = struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, _NAMED, 0, 0, _UNKNOWN_SYSTEM) + noise + b"\0"
    return head + body + struct.pack("<II", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
