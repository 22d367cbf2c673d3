"""`manage.py verify_audit`: whether the timelines and the records of who saw what are whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from admissions import verification
from admissions.management.long_command import LongCommand
from admissions.models import AuditSeal, Inquiry
from admissions.protection.startup import key_problems
from admissions.verification import Findings

SHOWN = 20  # problems
DIGITS = 16  # of a seal's digest, as it is written down


class Command(LongCommand):
    help = str(
        _(
            "Find whatever was changed, moved, added or removed in the timelines and in the "
            "records of who saw what. Exit code 1 if anything was."
        )
    )
    stopped = "whether the logs are whole is not known; give the command again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seal",
            metavar="NUMBER:DIGITS",
            help=str(_("A seal that an earlier run named: it has to be there still.")),
        )

    def handle(
        self, *args: Any, seal: str | None = None, verbosity: int = 1, **options: Any
    ) -> None:
        self._require_key()
        findings, last = self._verify(seal, verbosity)
        if verbosity or findings.problems:
            self._say(findings, last)
        if findings.problems:
            raise CommandError(f"The logs are not whole: {len(findings.problems)} found.")

    def _require_key(self) -> None:
        """With another key every row would look altered."""
        problems = [problem for problem in key_problems() if problem.startswith("LOOKUP_KEY")]
        if problems:
            raise CommandError(problems[0])

    def _verify(self, expected: str | None, verbosity: int) -> tuple[Findings, AuditSeal]:
        findings = Findings()
        if expected:
            self._expect(expected, findings)
        # Seals first: what is added meanwhile is then covered by none, and not looked for.
        seals, inquiries = AuditSeal.objects.count(), Inquiry.objects.count()
        with self.bar(verbosity, unit="seals", total=seals) as bar:
            last = verification.check_seals(findings, bar.update)
        with self.bar(verbosity, unit="inquiries", total=inquiries) as bar:
            verification.check_timelines(findings, bar.update)
        return findings, last

    def _expect(self, expected: str, findings: Findings) -> None:
        number, _colon, digits = expected.partition(":")
        if not (number.isascii() and number.isdigit()) or len(digits) < DIGITS:
            raise CommandError("--seal takes what an earlier run named, as 12:0123456789abcdef.")
        row = AuditSeal.objects.filter(number=int(number)).first()
        if row is None or not bytes(row.digest).hex().startswith(digits.lower()):
            findings.problems.append(f"Seal {number} is not the one that an earlier run named.")

    def _say(self, findings: Findings, last: AuditSeal) -> None:
        seen = {name: f"{number:,}" for name, number in findings.looked_at.items()}
        self.stdout.write(
            f"Timelines: {seen.get('entries', 0)} entries of {seen.get('inquiries', 0)} inquiries."
        )
        self.stdout.write(
            f"Who saw what: {seen.get('records', 0)} records in {seen.get('seals', 0)} seals; "
            f"{seen['unsealed']} rows not sealed yet."
        )
        if last.number:
            made = date_format(timezone.localtime(last.at), "M j, Y, P")
            name = f"{last.number}:{bytes(last.digest).hex()[:DIGITS]}"
            self.stdout.write(f"Last seal: {name} of {made}.")
        for problem in findings.problems[:SHOWN]:
            self.stderr.write(problem)
        if len(findings.problems) > SHOWN:
            self.stderr.write(f"And {len(findings.problems) - SHOWN} more.")
        if not findings.problems:
            self.stdout.write("All is as it was written.")
