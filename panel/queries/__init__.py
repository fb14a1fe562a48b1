"""Reads: what each audience may see, as frozen views."""
