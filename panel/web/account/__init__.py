"""Signing in and out, the lock of the screen, and one's own password."""

from panel.web.account import locks, views

BLUEPRINTS = (views.blueprint, locks.blueprint)
