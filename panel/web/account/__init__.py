"""Signing in and out, one's own account, the language: what everybody has."""

from panel.web.account import views

BLUEPRINTS = (views.blueprint,)
