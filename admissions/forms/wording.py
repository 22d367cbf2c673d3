"""The words of the inquiry form: labels, hints and what to do about a mistake.

Some questions read differently for the three people who ask them. The key "" holds the words for
everybody else, and for questions that do not differ.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LABELS = {
    "asking_for": {"": _("Who is this for?")},
    "relationship": {
        "": _("How do you know this person?"),
        "professional": _("What is your role?"),
    },
    "name": {"": _("Your name")},
    "ask_for": {"": _("Who should we ask for?")},
    "contact_by": {"": _("How should we reach you?")},
    "phone": {"": _("Phone number")},
    "email": {"": _("E-mail address")},
    "best_time": {"": _("When can you talk?")},
    "voicemail_ok": {"": _("May we leave a voicemail?")},
    "language": {"": _("Which language do you want to speak?")},
    "situation": {
        "": _("Where do things stand with treatment right now?"),
        "self": _("Where are you with treatment right now?"),
        "family": _("Where is the person you care about with treatment right now?"),
        "professional": _("Where is your client with treatment right now?"),
    },
    "payer": {
        "": _("How might treatment be paid for?"),
        "self": _("How might you pay for treatment?"),
    },
    "message": {
        "": _("What else should we know?"),
        "family": _("What else should we know about the person you care about?"),
        "professional": _("What else should we know about your client’s needs?"),
    },
    "confirmation": {"": _("Do you want an e-mail that says your message arrived?")},
    # Changed words need a new CONSENT_WORDING_VERSION in intake.py, here and in the hint and the
    # choices below: each consent is stored with the version it was given under.
    "consent": {"": _("How may we stay in touch later on?")},
}

HINTS = {
    "asking_for": {"": _("So that we ask you the right questions.")},
    "relationship": {
        "": _("Leave this empty if you are asking for yourself."),
        "family": _("Such as parent, partner or friend. It helps us know what you may need."),
        "professional": _("Such as case manager, nurse or therapist."),
    },
    "name": {"": _("So we know who to speak with. A first name is enough.")},
    "ask_for": {"": _("If someone else may pick up, which name should we say?")},
    "contact_by": {
        "": _("Choose what is safe for you. Someone who shares your phone or mailbox may see it.")
    },
    "phone": {"": _("Only if you chose a call or text. Write it any way you like.")},
    "email": {"": _("Only if you want an e-mail from us. E-mail is not fully private.")},
    "best_time": {"": _("Choose each time that is safe for you, so we can try then.")},
    "voicemail_ok": {
        "": _("Only if you chose a call. Choose No if someone else may hear your messages.")
    },
    "language": {"": _("So that we can plan for it.")},
    "situation": {"": _("It helps us talk about options that fit.")},
    "payer": {"": _("A rough answer is fine. We do not need card or member numbers here.")},
    "message": {
        "": _("Up to 2,000 characters. Leave out birth dates, ID numbers and medical details.")
    },
    "confirmation": {"": _("It does not say what about. Others who read your mailbox may see it.")},
    "consent": {
        "": _(
            "We will answer this request either way. Tick a box only if you agree to hear from "
            "us again about treatment. You do not have to agree to get care, and you can "
            "change your mind at any time. Your phone plan may charge for texts."
        )
    },
}

CONSENT_CHOICES = {
    "call": _("Amity San Diego may call me"),
    "text": _("Amity San Diego may text me"),
    "email": _("Amity San Diego may e-mail me"),
}

CONFIRMATION_CHOICE = _("Send me that e-mail")

LANGUAGE_CHOICES = {"en": _("English"), "es": _("Spanish (español)")}

CHOOSE_LISTED = _("Choose one of the answers listed.")
ONCE = _("Answer this question once.")
HIDDEN_CHARACTERS = _(
    "“%(field)s” has hidden characters that we cannot store. "
    "We took them out below: check the answer, then send it again."
)
REQUIRED = {
    "asking_for": _("Choose who this is for."),
    "name": _("Enter your name. A first name is enough."),
    "contact_by": _("Choose how we should reach you."),
}
TOO_LONG = {
    "relationship": _("Shorten this answer to 60 characters. It has %(show_value)d now."),
    "name": _("Shorten your name to 120 characters. It has %(show_value)d now."),
    "ask_for": _("Shorten the name to ask for to 120 characters. It has %(show_value)d now."),
    "email": _("Enter an e-mail address of up to 254 characters. This has %(show_value)d now."),
    "message": _("Shorten your message to 2,000 characters. It has %(show_value)d now."),
}
PHONE_UNCLEAR = _("Enter a phone number with its area code, such as 619‑555‑0123.")
EXTENSION_TOO_LONG = _("Enter a phone extension of up to 12 digits.")
EMAIL_UNCLEAR = _("Enter an e-mail address such as name@example.com.")
MISSING_ROUTE = {
    "call": ("phone", _("Enter a phone number, so that we can call you.")),
    "text": ("phone", _("Enter a phone number, so that we can text you.")),
    "email": ("email", _("Enter an e-mail address, so that we can write to you.")),
}
MISSING_FOR_CONFIRMATION = _(
    "Enter an e-mail address, or untick the e-mail that says your message arrived."
)
MISSING_VOICEMAIL = _("Choose whether we may leave a voicemail when we call.")


def label(field: str, audience: str) -> str:
    """The question `field` asks, as `audience` (self, family, professional or "") reads it."""
    words = LABELS[field]
    return str(words.get(audience, words[""]))


def hint(field: str, audience: str) -> str:
    """Why the question is asked, or how to answer it."""
    words = HINTS[field]
    return str(words.get(audience, words[""]))
