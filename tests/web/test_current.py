"""What belongs to the request at hand."""

from __future__ import annotations

import pytest
from flask import Flask, g

from panel.errors import NotAllowed
from panel.services.office import Office
from panel.web import current

# Nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_request_reads_with_one_session_until_it_is_closed(app: Flask, office: Office) -> None:
    with app.test_request_context("/"):
        assert current.office() is office
        reader = current.reader()
        assert current.reader() is reader
        current.close_reader()
        assert current.reader() is not reader
    with app.test_request_context("/"):
        current.close_reader()  # nothing was opened


def test_nobody_acts_who_is_not_signed_in(app: Flask) -> None:
    with app.test_request_context("/"):
        assert current.viewer() is None
        with pytest.raises(NotAllowed):
            current.actor()


def test_one_can_go_on_without_asking_who_is_signed_in(app: Flask) -> None:
    with app.test_request_context("/"):
        current.forget()
        assert current.viewer() is None
        known = g._login_user
        current.forget()
        assert g._login_user is known
