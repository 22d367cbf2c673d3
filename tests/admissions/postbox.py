"""A mail server of a test's own, which remembers what it took, byte for byte."""

from __future__ import annotations


class Postbox:
    """A mail server's memory; `refuse` answers an address with an SMTP reply."""

    def __init__(self):
        self.messages: list[tuple[tuple[str, ...], str]] = []
        self.refuse: dict[str, str] = {}
        self.refuse_text = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse_text:
            return self.refuse_text
        self.messages.append((tuple(envelope.rcpt_tos), envelope.content.decode()))
        return "250 OK"

    @property
    def readers(self) -> list[str]:
        return sorted(address for to, _text in self.messages for address in to)
