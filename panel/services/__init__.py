"""Verbs: each one transaction that makes a change and its audit event together."""
