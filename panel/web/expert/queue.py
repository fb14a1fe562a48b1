"""Placeholder that its maker replaces at once."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("expert_queue", __name__)
