"""One worked bundle for all tests of the verifiers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import sqlite_copy
from tests.verifiers.worked import Worked, build


@pytest.fixture(scope="session")
def worked(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    """The bundle of a finished round with everything in it that a verifier must follow."""
    folder = tmp_path_factory.mktemp("worked")
    return build(sqlite_copy(sqlite_file, folder), folder)
