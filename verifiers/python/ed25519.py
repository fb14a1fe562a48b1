"""Ed25519 (RFC 8032), verification only."""

from __future__ import annotations

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)


def plus(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def compressed(p: Point) -> bytes:
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompressed(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


class Multiples:
    """The multiples of one point, so that a product takes no doubling: rows of 16 for each half byte."""

    def __init__(self, point: Point) -> None:
        self.rows: list[list[Point]] = []
        for _ in range(64):
            row = [ZERO]
            for _ in range(15):
                row.append(plus(row[-1], point))
            self.rows.append(row)
            point = plus(row[-1], point)

    def times(self, factor: int) -> Point:
        total = ZERO
        for row in self.rows:
            total = plus(total, row[factor & 15])
            factor >>= 4
        return total


_base = decompressed((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
assert _base is not None
BASE = Multiples(_base)


class PublicKey:
    """A public key that verifies many signatures."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        point = decompressed(data)
        self.minus: Multiples | None = None
        if point is not None:
            minus = Multiples((P - point[0], point[1], 1, P - point[3]))
            # A key of small order would accept signatures that nobody made.
            self.minus = None if compressed(minus.times(8)) == compressed(ZERO) else minus

    def verifies(self, signature: bytes, message: bytes) -> bool:
        if self.minus is None or len(signature) != 64:
            return False
        s = int.from_bytes(signature[32:], "little")
        if s >= L:
            return False
        k = int.from_bytes(hashlib.sha512(signature[:32] + self.data + message).digest(), "little") % L
        return compressed(plus(BASE.times(s), self.minus.times(k))) == signature[:32]
