"""Expert review that nobody can later call unfair."""

__version__ = "0.1.0"
