"""Accounts and nothing else: the administrator sees no application and no score."""

from panel.web.admin import accounts

BLUEPRINTS = (accounts.blueprint,)
