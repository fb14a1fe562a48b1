"""One worked bundle for all tests of the verifiers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifiers.worked import Worked, build


@pytest.fixture(scope="session")
def worked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    """The bundle of a finished round with everything in it that a verifier must follow."""
    folder = tmp_path_factory.mktemp("worked")
    file = folder / "panel.sqlite"
    file.write_bytes(sqlite_template.read_bytes())
    return build(f"sqlite:///{file}", folder)
