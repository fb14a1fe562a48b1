"""The store: SQLite by default, PostgreSQL in production; nothing above `services` writes to it."""
