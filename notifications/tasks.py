"""The job that sends one e-mail."""

from __future__ import annotations

from bss.core import jobs
from notifications import selectors, services
from notifications.errors import MailServerDown

# With the kernel's pauses (2, 4, 8 ... 900 s) these reach over about a day: a mail server may be down overnight.
ATTEMPTS = 100


def _gave_up(job: jobs.JobContext, reason: str) -> None:
    delivery = selectors.delivery_by_id(job.payload["delivery"])
    if delivery is not None:
        services.delivery_give_up(delivery, reason=reason)


@jobs.handler(
    services.SEND, atomic=False, max_attempts=ATTEMPTS, lease_seconds=120, gave_up=_gave_up
)
def delivery_send(job: jobs.JobContext) -> None:
    """Send what is waiting; and what was given up, when staff bring its dead job back."""
    delivery = selectors.delivery_by_id(job.payload["delivery"])
    if delivery is None:
        raise jobs.GiveUp("the e-mail no longer exists")
    try:
        services.delivery_take_up(delivery)
        services.delivery_send(delivery)
    except MailServerDown as error:
        raise jobs.TryAgain(str(error)) from error
