"""What a service manager is: a class that declares what it can do, and does just that.

The framework calls it outside transactions, with everything it needs in its arguments: no method reads the
present user, the present scope or a session. Answers are values of servicemanager.contracts, never exceptions;
an exception counts as "the outcome is unknown".
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from bss.core.fields import FieldSpec
from bss.orders.contracts import (
    Proceed,
    Prospect,
    ReviewLine,
    ReviewStep,
    ReviewSubject,
    Verdict,
)
from bss.pricing.contracts import QuotedPrice
from bss.subscriptions.contracts import Bound, Reduction
from servicemanager.choices import Capability
from servicemanager.contracts import (
    Answered,
    Call,
    CatalogueDefinition,
    InProgress,
    InstanceContext,
    Outcome,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from servicemanager.errors import Explanation

POLL_LIMIT = timedelta(minutes=120)


class ServiceManager(ABC):
    """Subclass, declare, and register from AppConfig.ready with `registry.register`.

    `capabilities` decide which methods are called; a capability without its method, or a method without its
    capability, is refused at registration. `poll_limit` is how long a vendor may take for one operation (None:
    as long as it likes). `is_remote` says that a review calls out, and so runs in a thread with a deadline.
    """

    code: ClassVar[str]
    name: ClassVar[Any]
    description: ClassVar[Any] = ""
    icon: ClassVar[str] = "cube"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    settings_specs: ClassVar[Sequence[FieldSpec]] = ()
    poll_limit: ClassVar[timedelta | None] = POLL_LIMIT
    is_remote: ClassVar[bool] = True
    # Every code of its own that an outcome may carry, explained; the framework's codes are in servicemanager.errors.
    explanations: ClassVar[Sequence[Explanation]] = ()

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def validate_settings(self, settings: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        """Messages by field code ("" for the whole); empty when an instance may run with these settings.

        Types, limits and required fields of `settings_specs` were checked before. May call the vendor.
        """
        return {}

    # catalogue -------------------------------------------------------------------------------------

    def catalogue(self, instance: InstanceContext) -> CatalogueDefinition:
        """Everything on offer, whole: what is missing goes off sale. Raises DomainError when it cannot tell."""
        raise NotImplementedError

    # accounts --------------------------------------------------------------------------------------

    def account_find(self, call: Call) -> Outcome:
        """Whether the vendor knows `call.target.account`: Done(its id there) or Absent. Reads only."""
        raise NotImplementedError

    def account_sync(self, call: Call) -> Outcome:
        """Create or update the account at the vendor: Done(its id there)."""
        raise NotImplementedError

    # subscriptions -----------------------------------------------------------------------------------

    def provision(self, call: Call) -> Outcome:
        """Bring the subscription to `call.target`. Done, InProgress, Refused, NeedsInput, TryLater, OutcomeUnknown."""
        raise NotImplementedError

    def poll(self, call: Call, reference: str) -> Outcome:
        """How far an operation is that answered InProgress(reference). Absent when the vendor lost it. Reads only."""
        raise NotImplementedError

    def find(self, call: Call) -> Outcome:
        """What became of `call`: Done (things are as the target says), InProgress, Refused, or Absent (it may be
        called for again); OutcomeUnknown or TryLater when the vendor cannot be asked now. Reads only.
        """
        raise NotImplementedError

    def bound(self, instance: InstanceContext, reduction: Reduction) -> Bound | None:
        """Why seats are not given up as they are asked to be, with the number that may stay; None where they may.

        Asked on the page of a change and in the transaction that orders it: told from what is kept here, without a
        call, and `instance` has its settings without secrets. What the vendor holds all the same it refuses when
        `provision` asks.
        """
        return None

    # checkout ----------------------------------------------------------------------------------------

    def fields(
        self, instance: InstanceContext, line: ReviewLine, subject: ReviewSubject
    ) -> Sequence[FieldSpec]:
        """What Service Details asks for this line, beyond the product type's characteristics. Reads only.

        No secrets: answers are kept in clear, so a line that asks for one is not ordered.
        """
        return ()

    def prospects(
        self, instance: InstanceContext, subject: ReviewSubject, lines: Sequence[ReviewLine]
    ) -> Sequence[Prospect]:
        """What other answers to `fields` would save on `lines`, all of this instance, with the answers given so far in
        their parameters. Told from what is kept here, without a call; `instance` has its settings without secrets.
        """
        return ()

    def known(
        self, instance: InstanceContext, subject: ReviewSubject, lines: Sequence[ReviewLine]
    ) -> Sequence[QuotedPrice]:
        """What is known of `lines`, all of this instance, as soon as their customer is: quotes that say when a first
        term ends, until the next review. Told as `prospects`, without a call.
        """
        return ()

    def review(
        self,
        instance: InstanceContext,
        subject: ReviewSubject,
        lines: Sequence[ReviewLine],
        step: ReviewStep,
    ) -> Verdict:
        """Whether `lines`, all of this instance, may go on. Reads only; five seconds in all."""
        return Proceed()

    def prepare(
        self, instance: InstanceContext, request: Mapping[str, Any], idempotency_key: str
    ) -> Answered | InProgress | TryLater | Refused | OutcomeUnknown:
        """Make what a Wait verdict of `review` named in its requests. Called again under the same key until it
        is Answered or Refused.
        """
        raise NotImplementedError


# The methods a capability stands for. Capabilities without one narrow what `provision` is asked for.
METHODS: dict[Capability, tuple[str, ...]] = {
    Capability.CATALOGUE: ("catalogue",),
    Capability.ACCOUNTS: ("account_find", "account_sync"),
    Capability.SUBSCRIPTIONS: ("provision", "find"),
    Capability.PRE_CHECK: ("review",),
}
