"""What the database itself holds the inquiries to: the indexes its lists go by, and the rules that
every row keeps, whoever writes it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from programs.models import LATEST, Payer

from .querysets import TRIED

# The columns that hold ciphertext. Their model fields open and seal them.
SEALED = (
    "relationship",
    "name",
    "ask_for",
    "phone",
    "phone_extension",
    "email",
    "best_time",
    "voicemail_ok",
    "message",
)

# What the queue's tabs ask of a row, at the end of their indexes: counting then reads no row.
COUNTED = ("tried_at", "follow_up_on", "status", "quarantined_at")

INDEXES = [
    models.Index(
        *(TRIED, F("priority").desc(), "due_at", "id", *COUNTED),
        name="inquiry_open_queue",
        condition=~Q(status="closed") & Q(quarantined_at__isnull=True),
    ),
    models.Index(
        *("assignee", TRIED, F("priority").desc(), "due_at", "id", *COUNTED),
        name="inquiry_queue_of_assignee",
        condition=~Q(status="closed") & Q(quarantined_at__isnull=True),
    ),
    models.Index(
        *(TRIED, F("priority").desc(), "due_at", "id", "assignee", *COUNTED),
        name="inquiry_unassigned",
        condition=~Q(status="closed") & Q(quarantined_at__isnull=True, assignee__isnull=True),
    ),
    models.Index(
        fields=["quarantined_at", "id", "status"],
        name="inquiry_quarantine",
        condition=~Q(status="closed") & Q(quarantined_at__isnull=False),
    ),
    models.Index(
        fields=["closed_at", "id"],
        name="inquiry_retention",
        condition=Q(closed_at__isnull=False, erased_at__isnull=True),
    ),
    models.Index(fields=["key_id", "id"], name="inquiry_wrapped_by"),
    # Of few rows: by one of every status, SQLite would sort all that are closed.
    models.Index(
        fields=["due_at", "id"],
        name="inquiry_unclaimed",
        condition=Q(status="new", quarantined_at__isnull=True),
    ),
    models.Index(fields=["due_at", "id"], name="inquiry_by_due"),
    models.Index(
        *(F("closed_at").desc(), F("id").desc(), "status"),
        name="inquiry_closed",
        condition=Q(status="closed"),
    ),
    models.Index(F("received_at").desc(), F("id").desc(), name="inquiry_newest_first"),
    # The lists behind the bars of the lead's page: what came within some days, of one kind. Those
    # of closed ones cost nothing when an inquiry comes.
    models.Index(
        *("source", F("received_at").desc(), F("id").desc()),
        name="inquiry_of_source",
    ),
    models.Index(
        *("came_from", F("received_at").desc(), F("id").desc(), "source"),
        name="inquiry_of_page",
        condition=Q(source="web"),
    ),
    models.Index(
        *(F("received_at").desc(), F("id").desc(), "status", "quarantined_at"),
        name="inquiry_open_newest_first",
        condition=~Q(status="closed") & Q(quarantined_at__isnull=True),
    ),
    models.Index(
        *("outcome", F("received_at").desc(), F("id").desc(), "status"),
        name="inquiry_of_outcome",
        condition=Q(status="closed"),
    ),
    models.Index(
        *("assignee", F("closed_at").desc(), F("id").desc(), "status"),
        name="inquiry_closed_of_assignee",
        condition=Q(status="closed", assignee__isnull=False),
    ),
    models.Index(
        *("follow_up_on", F("priority").desc(), "id", "status", "quarantined_at"),
        name="inquiry_follow_up",
        condition=~Q(status="closed") & Q(quarantined_at__isnull=True, follow_up_on__isnull=False),
    ),
]

CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=Q(asking_for__in=["self", "family", "professional"]),
        name="inquiry_known_asking_for",
        violation_error_message=_("Choose who the inquiry is for."),
    ),
    models.CheckConstraint(
        condition=Q(erased_at__isnull=False)
        | Q(contact_by__in=["call", "text"], phone__isnull=False)
        | Q(contact_by="email", email__isnull=False),
        name="inquiry_has_its_contact_route",
        violation_error_message=_("The way to reach this person is missing."),
    ),
    models.CheckConstraint(
        condition=Q(erased_at__isnull=False) | Q(name__isnull=False),
        name="inquiry_has_name",
        violation_error_message=_("An inquiry needs a name to ask for."),
    ),
    models.CheckConstraint(
        condition=Q(status__in=["new", "claimed", "contacted", "assessment", "closed"]),
        name="inquiry_known_status",
        violation_error_message=_("Choose one of the statuses listed."),
    ),
    models.CheckConstraint(
        condition=(~Q(status="closed") & Q(outcome="", closed_at__isnull=True))
        | (
            Q(status="closed", closed_at__isnull=False)
            & Q(
                outcome__in=[
                    "admitted",
                    "referred-on",
                    "not-a-fit",
                    "could-not-reach",
                    "withdrew",
                    "duplicate",
                    "spam",
                ]
            )
        ),
        name="inquiry_closed_means_outcome",
        violation_error_message=_("A closed inquiry has an outcome, an open one has none."),
    ),
    models.CheckConstraint(
        condition=(~Q(outcome="referred-on") & Q(referral=""))
        | Q(outcome="referred-on", referral__in=["level-of-care", "minors", "out-of-area"]),
        name="inquiry_referred_on_says_where",
        violation_error_message=_("“Referred on” says where to, no other outcome does."),
    ),
    models.CheckConstraint(
        condition=Q(restarted_at__isnull=True)
        | Q(restarted_at__gte=F("received_at"), restarted_at__lte=F("due_at")),
        name="inquiry_restarted_before_due",
        violation_error_message=_("The clock restarts after the inquiry came."),
    ),
    models.CheckConstraint(
        condition=Q(status="closed")
        | Q(status="new", assignee__isnull=True)
        | Q(status__in=["claimed", "contacted", "assessment"], assignee__isnull=False),
        name="inquiry_open_and_claimed_has_assignee",
        violation_error_message=_("Nobody has claimed this inquiry yet."),
    ),
    models.CheckConstraint(
        condition=Q(priority__in=[0, 1, 2]),
        name="inquiry_known_priority",
        violation_error_message=_("Choose one of the priorities listed."),
    ),
    models.CheckConstraint(
        condition=Q(due_at__gte=F("received_at")),
        name="inquiry_due_after_received",
        violation_error_message=_("An inquiry cannot be due before it came."),
    ),
    models.CheckConstraint(
        # Said of both that they are there: a comparison with nothing refuses nothing.
        condition=Q(tried_at__isnull=True)
        | Q(first_attempt_at__isnull=False, first_attempt_at__lte=F("tried_at")),
        name="inquiry_tried_after_first_attempt",
        violation_error_message=_("The first attempt comes before any later one."),
    ),
    models.CheckConstraint(
        # A year that cannot be read back would close the queue to everybody.
        condition=Q(assessment_at__isnull=True) | Q(assessment_at__lt=LATEST),
        name="inquiry_assessment_within_reach",
        violation_error_message=_("Choose a time within a year."),
    ),
    models.CheckConstraint(
        # Nobody is admitted or turned away unheard.
        condition=Q(first_contact_at__isnull=False)
        | Q(status__in=["new", "claimed"])
        | Q(outcome__in=["could-not-reach", "withdrew", "duplicate", "spam"]),
        name="inquiry_heard_before_decided",
        violation_error_message=_("Nobody has reached this person yet."),
    ),
    models.CheckConstraint(
        condition=Q(first_contact_at__isnull=True)
        | Q(
            first_attempt_at__isnull=False,
            first_attempt_at__lte=F("first_contact_at"),
        ),
        name="inquiry_contact_is_an_attempt",
        violation_error_message=_("The first contact is an attempt too."),
    ),
    models.CheckConstraint(
        condition=Q(status="closed")
        | Q(status="assessment", assessment_at__isnull=False)
        | Q(status__in=["new", "claimed", "contacted"], assessment_at__isnull=True),
        name="inquiry_assessment_has_its_time",
        violation_error_message=_("An assessment that is scheduled has a time."),
    ),
    models.CheckConstraint(
        condition=Q(follow_up_on__isnull=True)
        | (~Q(status="closed") & Q(follow_up_on__lt=LATEST.date())),
        name="inquiry_follow_up_within_reach",
        violation_error_message=_("An open inquiry is followed up within a year."),
    ),
    models.CheckConstraint(
        condition=Q(source__in=["web", "phone", "walk-in"]),
        name="inquiry_known_source",
        violation_error_message=_("Choose one of the ways listed."),
    ),
    models.CheckConstraint(
        condition=Q(language__in=["en", "es"], site_language__in=["en", "es"]),
        name="inquiry_known_language",
        violation_error_message=_("Choose one of the languages listed."),
    ),
    models.CheckConstraint(
        condition=Q(
            situation__in=[
                "",
                "after-detox",
                "after-residential",
                "direct",
                "other",
                "unsure",
            ]
        ),
        name="inquiry_known_situation",
        violation_error_message=_("Choose one of the situations listed."),
    ),
    models.CheckConstraint(
        condition=Q(payer__in=["", *Payer.values]),
        name="inquiry_known_payer",
        violation_error_message=_("Choose one of the payers listed."),
    ),
    models.CheckConstraint(
        # 2,000 characters of at most four bytes, and what sealing adds.
        condition=Q(message__isnull=True) | Q(LessThanOrEqual(Length("message"), 8028)),
        name="inquiry_message_is_short",
        violation_error_message=_("A message has 2,000 characters at most."),
    ),
    models.CheckConstraint(
        condition=Q(came_from__in=["", "component", "condition", "planner"]),
        name="inquiry_known_came_from",
        violation_error_message=_("Choose one of the kinds listed."),
    ),
    models.CheckConstraint(
        condition=Q(quarantined_at__isnull=True) | Q(status__in=["new", "closed"]),
        name="inquiry_quarantined_is_untouched",
        violation_error_message=_("Take the inquiry out of quarantine first."),
    ),
    models.CheckConstraint(
        condition=Q(quarantined_at__isnull=True) | Q(follow_up_on__isnull=True),
        name="inquiry_quarantined_comes_back_on_no_day",
        violation_error_message=_("An inquiry that is set aside has no follow-up day."),
    ),
    models.CheckConstraint(
        # Without a word from the person no more than that can be known.
        condition=Q(quarantined_at__isnull=True)
        | ~Q(status="closed")
        | Q(outcome__in=["spam", "duplicate", "withdrew"]),
        name="inquiry_quarantined_ends_unheard",
        violation_error_message=_("Take the inquiry out of quarantine before you close it so."),
    ),
    models.CheckConstraint(
        # What puts an inquiry back into the queue starts its clock anew.
        condition=~Q(status="new") | Q(tried_at__isnull=True),
        name="inquiry_new_is_untried",
        violation_error_message=_("Nobody tries to reach a person before claiming the inquiry."),
    ),
    models.CheckConstraint(
        # Only who has claimed an inquiry can end it so.
        condition=Q(assignee__isnull=False) | Q(outcome__in=["", "withdrew", "duplicate", "spam"]),
        name="inquiry_decided_by_its_assignee",
        violation_error_message=_("Somebody has to have claimed an inquiry that ends like this."),
    ),
    models.CheckConstraint(
        # Erased means: closed, its key destroyed, and not a word of it left.
        condition=Q(erased_at__isnull=True, data_key__isnull=False)
        | Q(
            erased_at__isnull=False,
            status="closed",
            legal_hold=False,
            data_key__isnull=True,
            key_id="",
            **{f"{name}__isnull": True for name in SEALED},
        ),
        name="inquiry_erased_means_blank",
        violation_error_message=_("An erased inquiry holds nothing of the person."),
    ),
    models.CheckConstraint(
        condition=Q(version__gte=1),
        name="inquiry_version_positive",
        violation_error_message=_("A version counts from 1."),
    ),
]
