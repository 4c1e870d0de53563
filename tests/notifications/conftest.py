"""A mail server of its own for these tests: the sandbox's, over real SMTP."""

from __future__ import annotations

import pytest


@pytest.fixture
def smtp(mailbox, settings):
    """Everything the product sends goes to the mailbox."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.smtp_host, mailbox.smtp_port
    settings.EMAIL_TIMEOUT = 5
    return mailbox
