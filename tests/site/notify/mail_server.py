"""An SMTP server on loopback, which can fail and refuse as real ones do."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.parts import free_port


class MailServer:
    """The handler of the server: keeps what it accepts."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        #: Answers to the next recipients and to the next messages, instead of accepting them.
        self.refuse_recipients: list[str] = []
        self.refuse_data: list[str] = []

    async def handle_RCPT(  # noqa: N802  the name is that of aiosmtpd
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refuse_recipients:
            return self.refuse_recipients.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse_data:
            return self.refuse_data.pop(0)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@contextmanager
def running_mail_server(settings: Any, port: int = 0) -> Iterator[MailServer]:
    """Run a server, and let the site send its e-mails to it."""
    handler = MailServer()
    port = port or free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    use_mail_server(settings, port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def use_mail_server(settings: Any, port: int) -> None:
    """Send e-mails to a port of this machine, whether a server is there or not."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 20
