"""Echo's meaning in our terms: settings, catalogue, targets, and one table of what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.core.fields import FieldSpec
from bss.core.http import OutboundError
from bss.orders.contracts import (
    Proceed,
    Refuse,
    ReviewLine,
    ReviewStep,
    ReviewSubject,
    Verdict,
)
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability, Operation
from servicemanager.contracts import (
    Absent,
    Call,
    CatalogueDefinition,
    Done,
    InProgress,
    InstanceContext,
    NeedsInput,
    Outcome,
    OutcomeUnknown,
    PriceDefinition,
    ProductDefinition,
    Refused,
    SubscriptionTarget,
    TryLater,
    TypeDefinition,
)
from servicemanager.echo import contracts as wire
from servicemanager.echo.client import EchoClient
from servicemanager.errors import Code, VendorUnavailable
from servicemanager.transport import Transport, lost, transport

# What Echo's refusals mean here. A code that is missing is VENDOR_REFUSED, with Echo's own words beside it.
ERRORS: dict[str, Code] = {
    "unauthorized": Code.CREDENTIALS_INVALID,
    "account_unknown": Code.ACCOUNT_UNKNOWN,
    "sku_unknown": Code.SKU_UNKNOWN,
    "addon_alone": Code.ADD_ON_NOT_OFFERED,
    "addon_not_offered": Code.ADD_ON_NOT_OFFERED,
    "unit_not_offered": Code.UNIT_NOT_OFFERED,
    "quantity_out_of_range": Code.QUANTITY_OUT_OF_RANGE,
    "attribute_required": Code.ATTRIBUTE_INVALID,
    "attribute_invalid": Code.ATTRIBUTE_INVALID,
    "attribute_unknown": Code.ATTRIBUTE_INVALID,
    "attribute_fixed": Code.ATTRIBUTE_FIXED,
    "change_not_offered": Code.CHANGE_NOT_OFFERED,
    "subscription_cancelled": Code.SUBSCRIPTION_GONE,
    "subscription_unknown": Code.SUBSCRIPTION_GONE,
    "provisioning_failed": Code.VENDOR_FAILED,
}
ATTRIBUTE = "attributes."
BUSY_SECONDS = 30.0


class Echo(ServiceManager):
    """The Echo sandbox: one product type, everything by PUT of a whole target."""

    code = "echo"
    name = gettext_lazy("Echo")
    description = gettext_lazy("A small help-desk vendor to try the whole way out with.")
    icon = "megaphone"
    capabilities = frozenset(
        {
            Capability.CATALOGUE,
            Capability.ACCOUNTS,
            Capability.SUBSCRIPTIONS,
            Capability.SUSPEND,
            Capability.UPGRADE,
            Capability.ADD_ONS,
            Capability.PRE_CHECK,
        }
    )
    settings_specs: ClassVar[Sequence[FieldSpec]] = (
        FieldSpec(
            "base_url",
            gettext_lazy("Address"),
            "url",
            required=True,
            help=gettext_lazy("Where Echo's API answers, such as http://localhost:8026."),
        ),
        FieldSpec("api_key", gettext_lazy("API key"), "secret", required=True),
        FieldSpec(
            "timeout",
            gettext_lazy("Seconds to wait for an answer"),
            "integer",
            minimum="1",
            maximum="30",
            default="30",
            audience="staff",
        ),
    )

    def validate_settings(self, settings: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        instance = InstanceContext("", 0, settings, timeout=10.0)
        try:
            with _open(instance) as way:
                answer = EchoClient(way).catalogue()
        except OutboundError as error:
            return {"base_url": [_("Echo does not answer there (%s).") % error.outcome]}
        if isinstance(answer, wire.Problem) and answer.status in {401, 403}:
            return {"api_key": [_("Echo does not accept this key.")]}
        if isinstance(answer, wire.Problem | wire.Unreadable):
            return {"base_url": [_("What answers there is not Echo, or Echo is out of order.")]}
        return {}

    def catalogue(self, instance: InstanceContext) -> CatalogueDefinition:
        document = _catalogue(instance)
        return CatalogueDefinition([_type(entry) for entry in document["types"]])

    # accounts --------------------------------------------------------------------------------------

    def account_find(self, call: Call) -> Outcome:
        with _open(call.instance) as way:
            found = _client(way, call).account(call.target.account.public_id)
        return Absent() if isinstance(found, wire.Missing) else _outcome(found, call)

    def account_sync(self, call: Call) -> Outcome:
        account = call.target.account
        body = wire.AccountBody(account.name, account.email, account.country)
        key = f"{call.idempotency_key}-account"
        with _open(call.instance) as way:
            return _outcome(_client(way, call).account_put(account.public_id, body, key=key), call)

    # subscriptions -----------------------------------------------------------------------------------

    def provision(self, call: Call) -> Outcome:
        body = _body(call.target)
        with _open(call.instance) as way:
            client = _client(way, call)
            answer = client.subscription_put(call.target.public_id, body, key=call.idempotency_key)
        return _outcome(answer, call)

    def poll(self, call: Call, reference: str) -> Outcome:
        with _open(call.instance) as way:
            answer = _client(way, call).operation(reference)
        if isinstance(answer, wire.Operation):
            return _progress(answer, call)
        return Absent() if isinstance(answer, wire.Missing) else _outcome(answer, call)

    def find(self, call: Call) -> Outcome:
        if call.reference:
            told = self.poll(call, call.reference)
            if not isinstance(told, Absent | Done):
                return told
        with _open(call.instance) as way:
            found = _client(way, call).subscription(call.target.public_id)
        if isinstance(found, wire.Missing):
            return Done() if call.operation == Operation.CANCEL else Absent()
        if isinstance(found, wire.Resource) and not found.operation_id:
            return Done(found.external_id) if _matches(found, call.target) else Absent()
        if isinstance(found, wire.Resource):
            return InProgress(found.operation_id)
        return _outcome(found, call)

    # checkout ----------------------------------------------------------------------------------------

    def review(
        self,
        instance: InstanceContext,
        subject: ReviewSubject,
        lines: Sequence[ReviewLine],
        step: ReviewStep,
    ) -> Verdict:
        if step == "items":
            return Proceed()
        products = {p["sku"]: p for t in _catalogue(instance)["types"] for p in t["products"]}
        errors = {
            (line.key, field): [message]
            for line in lines
            if line.kind in {"new", "quantity"}
            for field, message in _objections(line, products.get(line.sku))
        }
        return Refuse(errors) if errors else Proceed()


def _objections(line: ReviewLine, product: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if product is None:
        return [("", _("Echo no longer sells this."))]
    limits = product["quantity"]
    if limits["minimum"] <= line.quantity <= limits["maximum"]:
        return []
    words = _("Echo sells this from %(minimum)s to %(maximum)s seats.")
    return [("quantity", words % limits)]


# Calls ---------------------------------------------------------------------------------------------------


def _open(instance: InstanceContext) -> Transport:
    key = str(instance.settings["api_key"])
    return transport(
        replace(
            instance, timeout=min(instance.timeout, float(instance.settings.get("timeout", 30)))
        ),
        instance.settings["base_url"],
        headers={"Authorization": f"Bearer {key}"},
        secrets=[key],
    )


def _client(way: Transport, call: Call) -> EchoClient:
    return EchoClient(way, correlation_id=call.instance.correlation_id)


def _catalogue(instance: InstanceContext) -> Mapping[str, Any]:
    """Echo's catalogue document. Raises VendorUnavailable naming the cause."""
    try:
        with _open(instance) as way:
            found = EchoClient(way, correlation_id=instance.correlation_id).catalogue()
    except OutboundError as error:
        raise VendorUnavailable(lost(error).message, code=lost(error).code) from error
    if isinstance(found, wire.Problem):
        raise VendorUnavailable(
            _("Echo answers: %s") % found.message, code=ERRORS.get(found.code, Code.VENDOR_REFUSED)
        )
    if isinstance(found, wire.Unreadable):
        raise VendorUnavailable(_("What answers is not Echo."), code=Code.VENDOR_GARBLED)
    return found


def _body(target: SubscriptionTarget) -> wire.SubscriptionBody:
    return wire.SubscriptionBody(
        account=target.account.public_id,
        sku=target.sku,
        quantity=target.quantity,
        unit=target.unit,
        status=target.status,
        attributes=dict(target.attributes),
        addons=[wire.AddOnBody(a.sku, a.quantity) for a in target.add_ons],
    )


def _matches(found: wire.Resource, target: SubscriptionTarget) -> bool:
    """Whether a subscription is at Echo as the target says."""
    if target.status == "cancelled":
        return bool(found.body.get("status") == "cancelled")
    wanted = _body(target)
    same = all(
        found.body.get(name) == getattr(wanted, name)
        for name in ("sku", "quantity", "unit", "status", "attributes")
    )
    add_ons = {(a.sku, a.quantity) for a in wanted.addons}
    return same and add_ons == {(a["sku"], a["quantity"]) for a in found.body.get("addons", ())}


# Answers -------------------------------------------------------------------------------------------------


def _outcome(answer: Any, call: Call) -> Outcome:
    if isinstance(answer, wire.Resource):
        return Done(answer.external_id)
    if isinstance(answer, wire.Accepted):
        return InProgress(answer.operation_id, answer.retry_after)
    if isinstance(answer, wire.Problem):
        return _problem(answer, call)
    head = getattr(answer, "head", "")
    words = _("Echo's answer cannot be read; whether it did what was asked is not known.")
    return OutcomeUnknown(Code.VENDOR_GARBLED, words, vendor_text=head)


def _progress(operation: wire.Operation, call: Call) -> Outcome:
    if operation.state == "succeeded":
        return Done(operation.external_id)
    if operation.state == "failed" and operation.error:
        return _refusal(operation.error, call)
    if operation.state == "failed":
        return Refused(Code.VENDOR_FAILED, _("Echo could not finish the work."))
    return InProgress(operation.operation_id, operation.retry_after, operation.percent)


def _problem(problem: wire.Problem, call: Call) -> Outcome:
    """By status first: who is busy did nothing, who broke down may have done anything."""
    if problem.status in {409, 429, 503} and problem.retryable:
        wait = problem.retry_after or BUSY_SECONDS
        return TryLater(wait, Code.VENDOR_BUSY, problem.message)
    if problem.status >= 500:
        words = _("Echo broke down; whether it did what was asked is not known.")
        return OutcomeUnknown(Code.OUTCOME_UNKNOWN, words, problem.code, problem.message)
    return _refusal(problem, call)


def _refusal(problem: wire.Problem, call: Call) -> Outcome:
    code = ERRORS.get(problem.code, Code.VENDOR_REFUSED)
    if code is Code.ATTRIBUTE_INVALID and call.operation == Operation.CREATE:
        field = problem.field.removeprefix(ATTRIBUTE)
        return NeedsInput(code, problem.message, field, problem.code, problem.message)
    return Refused(code, problem.message, problem.code, problem.message)


# Catalogue -----------------------------------------------------------------------------------------------


def _type(entry: Mapping[str, Any]) -> TypeDefinition:
    return TypeDefinition(
        external_id=entry["id"],
        name=entry["name"],
        description=entry.get("description", ""),
        vendor="Echo",
        characteristics=[_spec(field) for field in entry.get("fields", ())],
        products=[_product(product) for product in entry["products"]],
    )


def _spec(field: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(
        code=field["code"],
        label=field["label"],
        type=field["type"],
        required=field["required"],
        help=field.get("help", ""),
        max_length=field.get("max_length", 200),
        pattern=field.get("pattern", ""),
        choices=tuple((c["value"], c["label"]) for c in field.get("choices", ())),
    )


def _product(entry: Mapping[str, Any]) -> ProductDefinition:
    return ProductDefinition(
        sku=entry["sku"],
        name=entry["name"],
        kind="add_on" if entry["kind"] == "addon" else "primary",
        summary=entry.get("description", ""),
        prices=[
            PriceDefinition(p["unit"], p["currency"], Decimal(p["price"]), Decimal(p["cost"]))
            for p in entry["prices"]
        ],
        add_on_of=entry.get("extends", ()),
    )
