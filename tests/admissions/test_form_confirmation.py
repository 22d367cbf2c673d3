"""An e-mail that says the message arrived: only for who asks for it, and has an address."""

from __future__ import annotations

import pytest

from admissions.models import Inquiry, Notification
from tests.admissions.answers import CHECK, FORM, control, errors_at, post, soup_of

pytestmark = pytest.mark.django_db


def test_nobody_gets_one_unasked(client):
    assert not control(soup_of(client.get(FORM)), "confirmation").has_attr("checked")
    post(client, email="rosa@example.com")
    assert not Inquiry.objects.get().confirmation_wanted
    assert not Notification.objects.filter(kind="confirmation").exists()


def test_who_asks_gets_one_in_the_outbox(client):
    post(client, email="rosa@example.com", confirmation="yes")
    assert Inquiry.objects.get().confirmation_wanted
    assert Notification.objects.filter(kind="confirmation").count() == 1


def test_it_needs_an_address(client):
    response = post(client, CHECK, confirmation="yes")
    assert response.status_code == 422
    assert list(errors_at(soup_of(response))) == ["id_email"]
    assert "or untick the e-mail" in soup_of(response).main.get_text()
