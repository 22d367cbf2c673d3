"""A mail server of the tests' own that can refuse, hang, go away and come back."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections import Counter

from aiosmtpd.controller import Controller

from tests.serving import free_port

logging.getLogger("mail.log").setLevel(logging.WARNING)  # or a failure drowns in SMTP


class Postbox:
    """Takes mail on 127.0.0.1:`port` and counts it by reference and recipient."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.taken: Counter[tuple[str, str]] = Counter()
        self.reply: dict[str, str] = {}  # what each recipient is refused with; "*" is everybody
        self.seconds = 0.0  # how long it thinks about a message before it says that it took it
        self._server: Controller | socket.socket | None = None
        self.open()

    def open(self) -> None:
        """Take mail, except for what `reply` refuses."""
        self.close()
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def hang(self) -> None:
        """Take connections, and say nothing on them for ever."""
        self.close()
        self._server = socket.create_server(("127.0.0.1", self.port))

    def close(self) -> None:
        """Refuse connections."""
        if isinstance(self._server, Controller):
            self._server.stop()
        elif self._server is not None:
            self._server.close()
        self._server = None

    def references(self, recipient: str) -> set[str]:
        return {reference for reference, to in self.taken if to == recipient}

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        refusal = self.reply.get(address) or self.reply.get("*")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        found = re.search(rb"^Subject: .*reference\s+([0-9A-Z-]{12})", envelope.content, re.M)
        reference = found[1].decode() if found else "?"
        for address in envelope.rcpt_tos:
            self.taken[reference, address] += 1
        await asyncio.sleep(self.seconds)
        return "250 OK"
