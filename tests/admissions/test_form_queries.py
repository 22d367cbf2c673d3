"""What the form's pages cost, and that more records do not make them dearer."""

from __future__ import annotations

import pytest

from programs.models import AdmissionStep, CrisisLine
from tests.admissions.answers import CHECK, FORM, post
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get(FORM),
        lambda client: post(client, CHECK),
        lambda client: post(client, CHECK, name=""),
        lambda client: post(client, change="name"),
    ],
    ids=["form", "check", "mistake", "change"],
)
def test_a_page_of_the_form_takes_at_most_six_queries_with_ten_times_the_records(
    client, site, ask, django_assert_max_num_queries
) -> None:
    counts = []
    for ten_times in (False, True):
        if ten_times:
            InquiryFactory.create_batch(10)
            _ten_times(CrisisLine)
            _ten_times(AdmissionStep)
        with django_assert_max_num_queries(6) as queries:
            assert ask(client).status_code in {200, 422}
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _ten_times(model) -> None:
    for row in list(model.objects.all()):
        slug = row.slug
        for n in range(9):
            row.pk, row.slug = None, f"{slug}-{n}"
            row.save(force_insert=True)
