"""Where a receipt (回执) is checked: the address that stands in its QR code, on screens and on paper."""

from __future__ import annotations

from flask import url_for

from panel.rules.receipts import Receipt


def address(receipt: Receipt) -> str:
    """The whole address, open to anybody."""
    return url_for("public_receipts.show", _external=True, **receipt.short)
