"""Writes docs/permissions.md from the table itself: `python -m tools.permissions`."""

from __future__ import annotations

from pathlib import Path

from panel.rules.permissions import TABLE, Grant, Role
from panel.rules.stages import ORDER
from panel.vocabulary import term

FILE = Path(__file__).parents[1] / "docs" / "permissions.md"

_HEAD = """# Who may do what, and when

Made from `panel/rules/permissions.py` by `python -m tools.permissions`; a test compares the two. What is not
listed is refused, and looks like an address that does not exist. A number is a stage of the round at which
the role may do it; ● stands where no round is involved. Whatever the table says, each role has screens of
its own: nobody opens a page of another's. Once scoring is closed, `save_score` and `submit_sheet` are left to
sheets that were returned since; every other draft is refused with its reason.
"""


def page() -> str:
    """The whole page."""
    roles = " | ".join(f"{role} {term(role)}" for role in Role)
    stages = ", ".join(f"{number} {stage} {term(stage)}" for number, stage in enumerate(ORDER))
    lines = [f"| action | {roles} |", "|---" * (len(Role) + 1) + "|"]
    lines += [
        f"| `{grant.action}` | {' | '.join(_cell(grant, role) for role in Role)} |"
        for grant in TABLE.values()
    ]
    return "\n".join([_HEAD, f"Stages: {stages}.", "", *lines, ""])


def _cell(grant: Grant, role: Role) -> str:
    if role not in grant.roles:
        return ""
    return ", ".join(str(number) for number, stage in enumerate(ORDER) if stage in grant.stages) or "●"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
