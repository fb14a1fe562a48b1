"""The key of what waits in a browser: the same for the same account, and for nobody else."""

from __future__ import annotations

import hashlib
import hmac

from panel.rules.permissions import Role
from panel.services import outboxes
from panel.services.office import Actor, Office


def test_the_key_is_the_accounts_own_and_comes_again(office: Office) -> None:
    first, other = Actor("u-7", Role.EXPERT), Actor("u-8", Role.EXPERT)
    lock = outboxes.lock(office, first)
    assert lock == outboxes.lock(office, first)
    secret = office.settings.secret_key.get_secret_value().encode()
    assert lock.key == hmac.digest(secret, b"pingshen/outbox/key/v1\0u-7", hashlib.sha256)
    assert lock.label == hmac.digest(secret, b"pingshen/outbox/label/v1\0u-7", hashlib.sha256).hex()[:24]
    assert not {lock.key, lock.label} & {outboxes.lock(office, other).key, outboxes.lock(office, other).label}
