"""The closed lists of reseller plans."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanCode(models.TextChoices):
    BASIC = "basic", _("Basic")
    FREE = "free", _("Free")
    STANDARD = "standard", _("Standard")


class Capability(models.TextChoices):
    """What a plan can include. A flag is on or off on the plan's row; code asks for the flag, never for a plan."""

    OWN_STOREFRONT = "own_storefront", _("Own storefront under your alias")
    BRANDING = "branding", _("Own logo, colours and texts")
    CATALOG_LISTING = "catalog_listing", _("Choose which products are shown")
    CUSTOMER_USERS = "customer_users", _("Sign-in for your customers")
    OWN_PRICES = "own_prices", _("Own selling prices")
    SELF_SERVICE_ORDERING = "self_service_ordering", _("Customers order by themselves")
    ORDER_APPROVAL = "order_approval", _("Approve your customers' orders")
    CUSTOM_DOMAIN = "custom_domain", _("Own domain")
    OWN_MAIL_SERVER = "own_mail_server", _("Own mail server")
    SELF_REGISTRATION = "self_registration", _("Customers register by themselves")
    API = "api", _("API access")


# Flags that a plan may carry although what they grant is not built yet. The plans page says so beside each.
COMING: dict[str, object] = {
    Capability.CUSTOM_DOMAIN: _("With domains and certificates"),
    Capability.OWN_MAIL_SERVER: _("With editable notifications"),
    Capability.SELF_REGISTRATION: _("With self-registration"),
}

DEFAULT_CAPABILITIES: dict[str, tuple[str, ...]] = {
    PlanCode.BASIC: (),
    PlanCode.FREE: (
        Capability.OWN_STOREFRONT,
        Capability.BRANDING,
        Capability.CATALOG_LISTING,
        Capability.CUSTOMER_USERS,
    ),
    PlanCode.STANDARD: tuple(Capability),
}

# The product type and the buyer's field by which the plans are sold.
MANAGER_CODE = "tradewind-for-resellers"
PLAN_TYPE = "reseller-plan"
ALIAS_FIELD = "storefront_alias"
RESERVATION_DAYS = 90
