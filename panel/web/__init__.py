"""Screens by audience, and what they share: access, errors, the request's own office and reader."""
