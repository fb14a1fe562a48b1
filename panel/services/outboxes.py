"""The lock on what waits in an expert's browser: the device keeps the box, the office keeps the key.

The same account is given the same key again, so that what waited through a sign-out can be sent at the next
sign-in; nobody else ever is. The label under which the device keeps the box names nobody.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from panel.services.office import Actor, Office

_KEY, _LABEL = b"pingshen/outbox/key/v1\0", b"pingshen/outbox/label/v1\0"
_LABEL_LETTERS = 24


@dataclass(frozen=True, slots=True)
class Lock:
    """What opens one account's box: 32 bytes, and the box's label."""

    key: bytes
    label: str


def lock(office: Office, actor: Actor) -> Lock:
    """The lock of the actor's own box."""
    secret = office.settings.secret_key.get_secret_value().encode()

    def derived(use: bytes) -> hmac.HMAC:
        return hmac.new(secret, use + actor.id.encode(), hashlib.sha256)

    return Lock(derived(_KEY).digest(), derived(_LABEL).hexdigest()[:_LABEL_LETTERS])
