"""Mail for the tests of the desk: a server of their own."""

from __future__ import annotations

import socket

import pytest
from aiosmtpd.controller import Controller

from tests.admissions.postbox import Postbox


@pytest.fixture
def mail_on(settings):
    settings.EMAIL_CONFIGURED = True


@pytest.fixture
def smtp(settings, mail_on):
    """A real mail server on a free port, and mail that goes there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    box.controller = controller
    yield box
    if controller.server is not None:
        controller.stop()
