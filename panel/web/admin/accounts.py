"""Placeholder that its maker replaces at once."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("admin_accounts", __name__)
