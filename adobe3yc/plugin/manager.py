"""What Adobe Services declares, and where each of its answers is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc.choices import MANAGER
from adobe3yc.gateway import EXPLANATIONS, adobe
from adobe3yc.plugin import accounts, bounding, knowing, ordering, prospects, requests, reviewing
from adobe3yc.plugin.catalogue import catalogue_of
from adobe3yc.plugin.parties import instance_of
from adobe3yc.vipmp.errors import CredentialsRefused, VipError
from bss.core import clock
from bss.core.fields import FieldSpec
from bss.orders.contracts import Prospect, ReviewLine, ReviewStep, ReviewSubject, Verdict
from bss.pricing.contracts import QuotedPrice
from bss.subscriptions.contracts import Bound, Reduction
from servicemanager.base import ServiceManager
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

SETTINGS = (
    FieldSpec(
        "api_url",
        gettext_lazy("Address of the API"),
        "url",
        required=True,
        default="https://partners.adobe.io",
    ),
    FieldSpec(
        "sign_in_url",
        gettext_lazy("Address of the sign-in service"),
        "url",
        required=True,
        default="https://ims-na1.adobelogin.com",
    ),
    FieldSpec("client_id", gettext_lazy("Client id (API key)"), required=True),
    FieldSpec("client_secret", gettext_lazy("Client secret"), "secret", required=True),
    FieldSpec("distributor_id", gettext_lazy("Distributor id"), required=True),
    FieldSpec(
        "reseller_id",
        gettext_lazy("Reseller id for direct customers"),
        help=gettext_lazy(
            "Under which your own customers buy; without it only resellers' customers can."
        ),
    ),
    FieldSpec(
        "currency",
        gettext_lazy("Currency of the price files"),
        required=True,
        max_length=3,
        pattern="[A-Z]{3}",
        pattern_message=gettext_lazy("Enter a currency code of three letters, such as EUR."),
        default="EUR",
    ),
)


class AdobeServices(ServiceManager):
    """VIP Marketplace, with the three-year commitment in checkout."""

    code = MANAGER
    name = gettext_lazy("Adobe Services")
    description = gettext_lazy(
        "Adobe's VIP Marketplace: licences and transactions, volume discounts and the three-year commitment."
    )
    icon = "swatch"
    capabilities = frozenset(
        {
            Capability.CATALOGUE,
            Capability.ACCOUNTS,
            Capability.SUBSCRIPTIONS,
            Capability.PRE_CHECK,
        }
    )
    settings_specs: ClassVar[Sequence[FieldSpec]] = SETTINGS
    explanations: ClassVar[Sequence[Explanation]] = EXPLANATIONS

    def validate_settings(self, settings: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        """Sign in, which needs no right of the integration beyond being one."""
        try:
            with adobe(InstanceContext("", 0, settings, timeout=10.0)) as client:
                client.check()
        except CredentialsRefused:
            return {"client_secret": [_("Adobe does not accept this client id and secret.")]}
        except VipError as error:
            return {
                "sign_in_url": [_("Adobe's sign-in service does not answer there (%s).") % error]
            }
        return {}

    def catalogue(self, instance: InstanceContext) -> CatalogueDefinition:
        currency = str(instance.settings["currency"])
        return catalogue_of(instance_of(instance), currency, clock.now().date())

    def account_find(self, call: Call) -> Outcome:
        return accounts.account_find(call)

    def account_sync(self, call: Call) -> Outcome:
        return accounts.account_sync(call)

    def provision(self, call: Call) -> Outcome:
        return ordering.provision(call)

    def poll(self, call: Call, reference: str) -> Outcome:
        return ordering.poll(call, reference)

    def find(self, call: Call) -> Outcome:
        return ordering.find(call)

    def bound(self, instance: InstanceContext, reduction: Reduction) -> Bound | None:
        return bounding.bound(instance, reduction)

    def fields(
        self, instance: InstanceContext, line: ReviewLine, subject: ReviewSubject
    ) -> Sequence[FieldSpec]:
        return reviewing.fields(instance, line, subject)

    def prospects(
        self, instance: InstanceContext, subject: ReviewSubject, lines: Sequence[ReviewLine]
    ) -> Sequence[Prospect]:
        return prospects.prospects(instance, subject, lines)

    def known(
        self, instance: InstanceContext, subject: ReviewSubject, lines: Sequence[ReviewLine]
    ) -> Sequence[QuotedPrice]:
        return knowing.known(instance, subject, lines)

    def review(
        self,
        instance: InstanceContext,
        subject: ReviewSubject,
        lines: Sequence[ReviewLine],
        step: ReviewStep,
    ) -> Verdict:
        return reviewing.review(instance, subject, lines, step)

    def prepare(
        self, instance: InstanceContext, request: Mapping[str, Any], idempotency_key: str
    ) -> Answered | InProgress | TryLater | Refused | OutcomeUnknown:
        return requests.prepare(instance, request)
