"""A mail server for tests: what a person would find in their mail."""

import email
import re
import socket
from email import policy

import pytest

controller = pytest.importorskip("aiosmtpd.controller")


class Mailbox:
    """A mail server that keeps what it gets."""

    def __init__(self):
        self.mails = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = controller.Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, message["subject"], message.get_content()))
        return "250 taken"

    def about(self, subject: str) -> list[tuple[str, str]]:
        """To whom, and the text, of the mails whose subject has these words."""
        return [(to[0], text) for to, title, text in self.mails if subject in title]

    def settings(self) -> dict[str, str]:
        """What makes a server send its mail here."""
        return {
            "WEFT_MAIL_HOST": "127.0.0.1",
            "WEFT_MAIL_PORT": str(self.port),
            "WEFT_MAIL_SECURITY": "none",
        }


def link_in(text: str) -> str:
    """The address in a mail."""
    return re.search(r"https?://\S+", text)[0]
