"""Rows in, bytes out, and bytes in, rows out: workbooks and papers, with no database and no web."""
