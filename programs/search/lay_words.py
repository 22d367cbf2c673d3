"""What people type, beside what the site says. Edit these tables freely; no code knows their words.

People write in their own words, harsh ones too. We find what they mean and answer in ours.
An entry may be one word or several ("dual diagnosis"); endings, accents and typing mistakes are
taken care of. `tests/programs/test_search.py` reads the tables whole.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# (what people type, divided by commas; the site's words for it)
LAY_WORDS = (
    (
        "alcoholic, alcoholism, beer, booze, drinker, drunk, hangover, liquor, sober up, vodka, "
        "wine",
        "alcohol drinking",
    ),
    ("drinking", "alcohol"),
    ("abuse, addict, addicted, addiction, dependence, junkie", "substance use disorder"),
    (
        "cocaine, crack, fentanyl, heroin, marijuana, cannabis, meth, methamphetamine, narcotics, "
        "opiate, opioid, oxycodone, painkiller, percocet, pill, vicodin, weed",
        "drug substance",
    ),
    ("ativan, benzo, klonopin, valium, xanax", "benzodiazepines"),
    (
        "inpatient, live in, live there, move in, rehab, rehabilitation, sleep there",
        "residential program",
    ),
    ("detox, cold turkey, dry out, sweats, withdrawal", "detoxification stopping"),
    ("iop, outpatient, day program, part time", "intensive outpatient program"),
    ("class, course, meeting, schedule, timetable", "sessions week"),
    ("counselor, counsellor, psychologist, shrink, therapist, therapy", "individual therapy"),
    ("aa, na, support group, twelve step", "group"),
    (
        "brother, child, dad, daughter, father, friend, girlfriend, boyfriend, husband, kid, "
        "loved one, mom, mother, parent, partner, relative, sister, son, spouse, wife",
        "family someone",
    ),
    ("boss, career, employer, job, office", "work"),
    ("college, class, student, university", "school studying"),
    ("anxious, bipolar, depressed, mood, panic, ptsd, sad, stressed", "mental health"),
    ("dual diagnosis, comorbid", "co-occurring"),
    ("lapse, relapse, relapsed, slip, slipped", "relapse again"),
    ("quit, quitting, get off", "stop"),
    (
        "anonymous, confidential, confidentiality, secret, spy, track",
        "privacy private",
    ),
    ("cookie, tracker, tracking", "privacy track"),
    (
        "appointment, apply, enroll, begin, get in, intake, join, register, sign up",
        "start admissions inquiry",
    ),
    ("address, contact, e mail, email, phone, talk to someone, telephone", "call back admissions"),
    ("refer, referral, doctor, social worker, probation", "professional refer"),
    ("eligible, qualify, right for me", "right suit assessment"),
    ("duration, months, weeks", "long time"),
    ("complain, complaint, grievance", "rights complain"),
    ("disabled, disability, blind, screen reader, deaf", "accessibility accessible"),
    ("faq, faqs", "questions answers"),
    ("help line, helpline, hotline", "lifeline help now"),
    (
        "die, dying, kill myself, kill my self, self harm, suicide, suicidal, want to die, "
        "wants to die, wanna die",
        "think ending life",
    ),
    ("overdose, od", "taken much 911"),
)  # fmt: skip


class Topic(NamedTuple):
    """Something that only the clinic can answer.

    While none of the questions in `questions` (short names) has an answer on the site, a search
    for one of `words` says so and points to admissions. Later it leads to the answers.
    """

    label: str | Promise
    words: str
    questions: frozenset[str]


TOPICS = (
    Topic(
        _("what treatment costs"),
        "afford, cheap, cost, deductible, expensive, fee, how much, pay, "
        "payment, price, sliding scale",
        frozenset({"cost"}),
    ),
    Topic(
        _("which insurance the clinic takes"),
        "aetna, anthem, blue cross, blue shield, cigna, copay, coverage, covered, insurance, "
        "insurer, kaiser, medi cal, medicaid, medical card, medicare, payer, tricare",
        frozenset({"insurance", "professional-insurance"}),
    ),
    Topic(
        _("whether you can take part by video"),
        "online, remote, telehealth, telemedicine, video, virtual, zoom",
        frozenset({"telehealth"}),
    ),
    Topic(
        _("how soon you can start"),
        "availability, how soon, wait list, waiting list, waitlist, waiting time",
        frozenset({"waiting-time", "professional-availability"}),
    ),
    Topic(
        _("at which times the sessions are"),
        "evening, morning, night, saturday, session times, sunday, weekend, what time",
        frozenset({"session-times"}),
    ),
    Topic(
        _("how to get there"),
        "bus, directions, drive, parking, ride, transport, transportation, trolley",
        frozenset({"transport"}),
    ),
    Topic(
        _("care for children during sessions"),
        "babysitter, child care, childcare, daycare",
        frozenset({"childcare"}),
    ),
    Topic(
        _("medication during treatment"),
        "buprenorphine, mat, medication, methadone, naltrexone, sublocade, suboxone, vivitrol",
        frozenset({"medication", "professional-medication"}),
    ),
    Topic(
        _("in which languages sessions are held"),
        "asl, espanol, interpreter, language, sign language, spanish, tagalog, translator, "
        "vietnamese",
        frozenset({"languages"}),
    ),
    Topic(
        _("access with a wheelchair"),
        "elevator, ramp, wheelchair",
        frozenset({"accessible-building"}),
    ),
    Topic(_("visits"), "visit, visiting hours, visitor", frozenset({"visits"})),
)

# All the words of one of these, in any order, bring the crisis lines to the top. Too often is
# better than once too few. Spanish stands beside English: fear has no settings.
CRISIS = (
    # in danger
    "911", "988", "blue lips", "cant breathe", "cant wake", "convulsion", "crisis", "dying",
    "emergencia", "emergency", "lifeline", "naloxone", "narcan", "no respira", "not breathing",
    "not waking", "od", "oding", "over dose", "overdose", "overdosed", "seizure", "sobredosis",
    "too many pills", "took too many", "took too much", "unconscious", "unresponsive", "wont wake",
    # thoughts of suicide
    "better off dead", "better off without me", "cant go on", "dont want be here",
    "dont want live", "end her life", "end his life", "end it all", "end my life", "give up life",
    "going die", "gonna die", "kill herself", "kill himself", "kill me", "kill myself",
    "kill self", "kill themselves", "killing me", "killing myself", "let me die", "matarme",
    "no quiero vivir", "no reason live", "not want live", "quiero morir", "quitarme la vida",
    "suicidal", "suicidarme", "suicide", "suicidio", "take my life", "take my own life",
    "wanna die", "want dead", "want die", "wish dead",
    # harm
    "cut myself", "harm myself", "hurt myself", "self harm",
)  # fmt: skip
