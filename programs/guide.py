"""What replies to the guide's questions suggest, in the records' own words.

It gives no score, no count, no order and no diagnosis, and nothing of it is kept: which care fits
is for a clinical assessment to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .models import SuitabilityCriterion

Reply = SuitabilityCriterion.Reply


@dataclass(frozen=True)
class Item:
    """A question, and the reply to it; none when it was skipped."""

    criterion: SuitabilityCriterion
    reply: SuitabilityCriterion.Reply | None

    @property
    def name(self) -> str:
        """What the question's buttons are called in the form."""
        return f"q-{self.criterion.slug}"

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """(value, label, whether it is chosen) of each button."""
        return [(reply.value, str(reply.label), reply == self.reply) for reply in Reply]

    @property
    def suggestion(self) -> str:
        """Markdown; empty when the question was skipped."""
        return self.criterion.suggestion(self.reply) if self.reply else ""


def items(criteria: Iterable[SuitabilityCriterion], sent: Mapping[str, object]) -> list[Item]:
    """Every question in its order, with what `sent` replies to it. An unknown value
    counts as skipped, an unknown name as not there."""
    known: dict[object, SuitabilityCriterion.Reply] = {reply.value: reply for reply in Reply}
    found = []
    for criterion in criteria:
        blank = Item(criterion, None)
        found.append(Item(criterion, known.get(sent.get(blank.name))))
    return found
