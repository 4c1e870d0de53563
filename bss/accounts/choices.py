"""The closed lists of accounts, logins and storefronts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    DIRECT = "direct", _("Direct customer")
    RESELLER = "reseller", _("Reseller")
    CUSTOMER = "customer", _("End customer")


class PaymentKind(models.TextChoices):
    TRANSFER = "transfer", _("Bank transfer")
    DIRECT_DEBIT = "direct_debit", _("Direct debit")
    CARD = "card", _("Card")


class MembershipKind(models.TextChoices):
    STAFF = "staff", _("Staff")
    STOREFRONT = "storefront", _("Storefront user")


class StaffRole(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    SALES = "sales", _("Sales")
    BILLING = "billing", _("Billing")
    SUPPORT = "support", _("Support")
    READ_ONLY = "read_only", _("Read only")


class UserType(models.TextChoices):
    ADMIN = "admin", _("Admin")
    SIMPLE = "simple", _("Simple user")


class StorefrontRole(models.TextChoices):
    BILLING_AGENT = "billing_agent", _("Billing Agent")
    SUBSCRIPTIONS_MANAGER = "subscriptions_manager", _("Subscriptions Manager")
    BUYER = "buyer", _("Buyer")
    CLOUD_ADMINISTRATOR = "cloud_administrator", _("Cloud Administrator")
    STOREFRONT_MANAGER = "storefront_manager", _("My Storefront Manager")


class StorefrontState(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Typeface(models.TextChoices):
    SYSTEM = "system", _("Clean")
    HUMANIST = "humanist", _("Friendly")
    GEOMETRIC = "geometric", _("Modern")
    SERIF = "serif", _("Classic")


class Radius(models.TextChoices):
    SQUARE = "square", _("Square corners")
    SOFT = "soft", _("Soft corners")
    ROUND = "round", _("Round corners")


class ImportOutcome(models.TextChoices):
    NEW = "new", _("Would be created")
    CREATED = "created", _("Created")
    KNOWN = "known", _("Already there")
    REFUSED = "refused", _("Refused")


# First segments of paths that the product itself answers. An alias can be none of them, and a system check fails
# when a new one equals a live alias.
FIXED_SEGMENTS = frozenset(
    {
        "about", "account", "api", "appearance", "basket", "catalog", "checkout", "design", "healthz", "media",
        "my-account", "my-customers", "my-storefront", "ops", "orders", "plans", "portal", "products", "readyz", "runs",
        "search", "static", "subscriptions", "theme", "view-as", "workspace",
    }
)  # fmt: skip
# Words that would mislead or that later pages are likely to want.
RESERVED_WORDS = frozenset(
    {
        "admin", "administrator", "billing", "blog", "cart", "contact", "dashboard", "demo", "docs", "help", "home",
        "invoices", "legal", "login", "logout", "mail", "pay", "payments", "privacy", "register", "root", "security",
        "settings", "shop", "signup", "status", "store", "support", "system", "terms", "test", "tradewind", "user",
        "users", "webhooks", "www",
    }
)  # fmt: skip
