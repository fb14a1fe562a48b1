"""Placeholder that its maker replaces at once."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("secretary_rounds", __name__)
