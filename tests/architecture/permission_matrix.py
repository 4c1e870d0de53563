"""Who may open what: every URL of both surfaces and of the API, written out. A URL that is not here fails the test.

Letters of the portal's rows are the staff roles that may: A administrator, S sales, B billing, T support, R read-only.
Whoever is no staff is sent to the sign-in page; a tenant's staff finds nothing under the distributor's ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ROLES = {
    "A": "administrator",
    "S": "sales",
    "B": "billing",
    "T": "support",
    "R": "read_only",
}
EVERYBODY = "ASBTR"
LOGIN = 302


@dataclass(frozen=True)
class Staffed:
    """A page of the portal: its URL's name and ids, the roles that may, and what it answers those who may.

    A page that only takes posts answers a permitted GET with 405. `tenant` is what a tenant's administrator gets; None
    stands for the rule: nothing is there under foreign ids, and its own pages are like anybody's.
    """

    name: str
    roles: str
    things: tuple[str, ...] = ()
    ok: int = 200
    tenant: int | None = None


@dataclass(frozen=True)
class Shopped:
    """A page of a storefront and what each answers: at the distributor's shop and at the reseller's own."""

    name: str
    things: tuple[str, ...] = ()
    anonymous: int = 200
    reseller: int = 200
    rival: int = 200
    customer: int = 200
    # Another reseller's customer; like the customer where the page is its own, nothing where it is about a thing.
    stranger: int | None = None
    # The distributor's staff has no login at a shop; one who looks through the reseller's eyes sees what it sees.
    staff: int = 200
    viewer: int = 200


@dataclass(frozen=True)
class Called:
    """A resource of the API: what each token gets for each method it knows, with `body`."""

    name: str
    things: tuple[str, ...] = ()
    get: Mapping[str, int] = field(default_factory=dict)
    writes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)


POST_ONLY = 405

PORTAL = (
    Staffed("portal:home", EVERYBODY),
    Staffed("portal:search", EVERYBODY),
    Staffed("portal:setup", EVERYBODY),
    Staffed("portal:run", EVERYBODY, ("run",)),
    Staffed("portal:jobs", EVERYBODY),
    Staffed("portal:job-retry", "AT", ("job",), POST_ONLY),
    # Accounts and their people
    Staffed("accounts:list", EVERYBODY),
    Staffed("accounts:create", "ASB"),
    Staffed("accounts:imports", "AS"),
    Staffed("accounts:import_create", "AS"),
    Staffed("accounts:import", "AS", ("import",)),
    Staffed("accounts:import_progress", "AS", ("import",)),
    Staffed("accounts:import_check", "AS", ("import",), POST_ONLY),
    Staffed("accounts:import_run", "AS", ("import",), POST_ONLY),
    Staffed("accounts:import_cancel", "AS", ("import",), POST_ONLY),
    Staffed("accounts:detail", EVERYBODY, ("account",)),
    Staffed("accounts:edit", "ASB", ("account",)),
    Staffed("accounts:view_as", "AST", ("account",), POST_ONLY),
    Staffed("accounts:contact_create", "AST", ("customer",)),
    Staffed("accounts:do", "ASB", ("customer", "=deactivate"), POST_ONLY),
    Staffed("accounts:contact_edit", "AST", ("contact",)),
    Staffed("accounts:user_invite", "AST", ("contact",)),
    Staffed("accounts:user_edit", "AST", ("user",)),
    Staffed("accounts:user_do", "AST", ("colleague", "=deactivate"), POST_ONLY),
    # The organization and its staff
    Staffed("accounts:organization_switch", EVERYBODY, (), POST_ONLY),
    Staffed("accounts:organizations", "A"),
    Staffed("accounts:tenant_create", "A"),
    Staffed("accounts:organization", "A", ("organization",)),
    Staffed("accounts:organization_edit", "A", ("organization",)),
    Staffed("accounts:staff", "A"),
    Staffed("accounts:staff_invite", "A"),
    Staffed("accounts:staff_edit", "A", ("staff_member",)),
    Staffed("accounts:staff_do", "A", ("staff_member", "=deactivate"), POST_ONLY),
    Staffed("accounts:payment_methods", "A"),
    Staffed("accounts:payment_method_create", "A"),
    Staffed("accounts:payment_method_edit", "A", ("method",)),
    Staffed("accounts:payment_method_delete", "A", ("method",), POST_ONLY),
    # Taxes
    Staffed("pricing:tax_rates", "A"),
    Staffed("pricing:tax_rate_add", "A"),
    Staffed("pricing:tax_rate", "A", ("rate",)),
    Staffed("pricing:tax_rate_end", "A", ("rate",)),
    Staffed("pricing:tax_rate_delete", "A", ("rate",), POST_ONLY),
    Staffed("pricing:tax_registrations", "A"),
    Staffed("pricing:tax_registration_add", "A"),
    Staffed("pricing:tax_registration", "A", ("registration",)),
    Staffed("pricing:tax_registration_end", "A", ("registration",)),
    Staffed("pricing:tax_registration_delete", "A", ("registration",), POST_ONLY),
    # Payments, and what happens to those who do not pay
    Staffed("billing:payments", EVERYBODY),
    Staffed("billing:payment-payer", "AB"),
    Staffed("billing:payment-create", "AB", ("account",)),
    Staffed("billing:payment", EVERYBODY, ("payment",)),
    Staffed("billing:payment-allocate", "AB", ("payment",)),
    Staffed("billing:payment-delete", "AB", ("payment",)),
    Staffed("billing:allocation-undo", "AB", ("allocation",)),
    Staffed("billing:payment-imports", "AB"),
    Staffed("billing:payment-import-create", "AB"),
    Staffed("billing:payment-import", "AB", ("payment_import",)),
    Staffed("billing:payment-import-check", "AB", ("payment_import",), POST_ONLY),
    Staffed("billing:payment-import-run", "AB", ("payment_import",), POST_ONLY),
    Staffed("billing:ladder", "A"),
    Staffed("billing:suspension-keep", "ABT", ("suspension",)),
    Staffed("accounts:tokens", "A"),
    Staffed("accounts:token_create", "A"),
    Staffed("accounts:token_revoke", "A", ("token",), POST_ONLY),
    # The catalogue
    Staffed("catalog:type-list", EVERYBODY),
    Staffed("catalog:type-create", "AS"),
    Staffed("catalog:type-detail", EVERYBODY, ("type",)),
    Staffed("catalog:type-edit", "AS", ("type",)),
    Staffed("catalog:type-characteristics", "AS", ("type",)),
    Staffed("catalog:product-list", EVERYBODY),
    Staffed("catalog:product-create", "AS"),
    Staffed("catalog:product-detail", EVERYBODY, ("product",)),
    Staffed("catalog:product-edit", "AS", ("product",)),
    Staffed("catalog:product-prices", "AS", ("product",)),
    Staffed("catalog:product-picture", "AS", ("product",)),
    Staffed("catalog:product-add-on-add", "AS", ("product",)),
    Staffed("catalog:product-add-on-remove", "AS", ("product", "add_on")),
    Staffed("catalog:category-list", EVERYBODY),
    Staffed("catalog:category-create", "AS"),
    Staffed("catalog:category-edit", "AS", ("category",)),
    Staffed("catalog:industry-list", EVERYBODY),
    Staffed("catalog:industry-create", "AS"),
    Staffed("catalog:industry-edit", "AS", ("industry",)),
    Staffed("catalog:price-list-list", EVERYBODY),
    Staffed("catalog:price-list-create", "AS"),
    Staffed("catalog:price-list-detail", EVERYBODY, ("price_list",)),
    Staffed("catalog:price-list-edit", "AS", ("price_list",)),
    Staffed("catalog:price-list-rule", "AS", ("price_list",)),
    Staffed("catalog:price-list-items-add", "AS", ("price_list",)),
    Staffed("catalog:price-list-item-edit", "AS", ("price_list", "item")),
    Staffed("catalog:price-list-item-remove", "AS", ("price_list", "item")),
    Staffed("catalog:price-list-account-add", "ASB", ("price_list",)),
    Staffed("catalog:account-price-list", "ASB", ("account",)),
    # Payment plans
    Staffed("installments:plans", EVERYBODY),
    Staffed("installments:plan-create", "AS"),
    Staffed("installments:plan", EVERYBODY, ("payment_plan",)),
    Staffed("installments:plan-edit", "AS", ("payment_plan",)),
    Staffed("installments:plan-switch", "AS", ("payment_plan",), POST_ONLY),
    Staffed("installments:offers-add", "AS", ("payment_plan",)),
    Staffed("installments:offers-withdraw", "AS", ("payment_plan",)),
    Staffed("installments:product-offers", "AS", ("product",)),
    Staffed("installments:account-access", "AB", ("account",)),
    # Orders
    Staffed("orders:list", EVERYBODY),
    Staffed("orders:create", "AS"),
    Staffed("orders:detail", EVERYBODY, ("order",)),
    Staffed("orders:edit", "AS", ("draft",)),
    Staffed("orders:service-details", "AS", ("draft",)),
    Staffed("orders:place", "AS", ("draft",)),
    Staffed("orders:execute", "AS", ("draft",)),
    Staffed("orders:retry", "AS", ("order",), POST_ONLY),
    Staffed("orders:cancel", "AS", ("draft",)),
    Staffed("orders:line-add", "AS", ("draft",)),
    Staffed("orders:line-edit", "AS", ("draft_line",)),
    Staffed("orders:line-remove", "AS", ("draft_line",), POST_ONLY),
    # Nothing is asked about this line: a permitted member of staff is told so.
    Staffed("orders:line-answer", "AS", ("line",), 409),
    Staffed("orders:line-cancel", "AS", ("line",), POST_ONLY),
    Staffed("orders:fields", "A"),
    Staffed("orders:field-create", "A"),
    Staffed("orders:field", "A", ("order_field",)),
    Staffed("orders:terms", "A"),
    Staffed("orders:terms-publish", "A"),
    # Billing
    Staffed("billing:invoices", EVERYBODY),
    Staffed("billing:invoice", EVERYBODY, ("invoice",)),
    Staffed("billing:invoice-pdf", EVERYBODY, ("invoice",)),
    Staffed("billing:invoice-csv", EVERYBODY, ("invoice",)),
    Staffed("billing:invoice-issue", "AB", ("invoice",), POST_ONLY),
    Staffed("billing:invoice-void", "AB", ("invoice",), POST_ONLY),
    Staffed("billing:credit-notes", EVERYBODY),
    Staffed("billing:credit-note", EVERYBODY, ("credit_note",)),
    Staffed("billing:credit-note-pdf", EVERYBODY, ("credit_note",)),
    Staffed("billing:credit-note-csv", EVERYBODY, ("credit_note",)),
    Staffed("billing:runs", EVERYBODY),
    Staffed("billing:run-start", "AB", (), POST_ONLY),
    Staffed("billing:account-bill", "AB", ("account",), POST_ONLY),
    # Subscriptions
    Staffed("subscriptions:list", EVERYBODY),
    Staffed("subscriptions:detail", EVERYBODY, ("subscription",)),
    Staffed("subscriptions:retry", "AST", ("subscription",), POST_ONLY),
    Staffed("subscriptions:change", "AST", ("pending", "=quantity")),
    Staffed("subscriptions:withdraw", "AST", ("change",), POST_ONLY),
    # E-mails
    Staffed("notifications:list", EVERYBODY),
    Staffed("notifications:detail", EVERYBODY, ("delivery",)),
    Staffed("notifications:preview", EVERYBODY, ("delivery",)),
    Staffed("notifications:resend", "AT", ("delivery",), POST_ONLY),
    Staffed("notifications:hurry", "AT", ("delivery",), POST_ONLY),
    # Service managers
    Staffed("servicemanager:list", EVERYBODY),
    Staffed("servicemanager:activate", "A", ("=echo",), tenant=200),
    Staffed("servicemanager:detail", EVERYBODY, ("instance",)),
    Staffed("servicemanager:edit", "A", ("plans_instance",)),
    Staffed("servicemanager:switch-on", "A", ("plans_instance",), POST_ONLY),
    Staffed("servicemanager:switch-off", "A", ("plans_instance",)),
    Staffed("servicemanager:definition", "A", ("plans_instance",), POST_ONLY),
    Staffed("servicemanager:jobs", EVERYBODY),
    Staffed("servicemanager:job", EVERYBODY, ("provisioning",)),
    Staffed("servicemanager:retry", "AT", ("provisioning",), POST_ONLY),
    Staffed("servicemanager:deliver", "AT", ("provisioning",)),
    Staffed("servicemanager:decline", "AT", ("provisioning",)),
    Staffed("servicemanager:abandon", "AT", ("provisioning",)),
    # Reseller plans
    Staffed("resellers:plans", EVERYBODY),
    Staffed("resellers:plan", "A", ("plan",)),
    Staffed("resellers:upgrade", "AS", ("account",)),
    Staffed("resellers:change", "AS", ("account", "=free")),
    # Adobe
    Staffed("adobe3yc:home", EVERYBODY),
    Staffed("adobe3yc:price-files", EVERYBODY, ("adobe_instance",)),
    Staffed("adobe3yc:price-uploads", EVERYBODY, ("adobe_instance",)),
    Staffed("adobe3yc:price-upload-create", "A", ("adobe_instance",)),
    Staffed("adobe3yc:price-fetch", "A", ("adobe_instance",)),
    Staffed("adobe3yc:price-upload", EVERYBODY, ("price_upload",)),
    Staffed("adobe3yc:commitment", "AST", ("adobe_subscription",)),
    Staffed("adobe3yc:commitment-refresh", "AST", ("adobe_subscription",), POST_ONLY),
    Staffed("adobe3yc:reseller", "A", ("account",)),
    Staffed("adobe3yc:customers", EVERYBODY),
    Staffed("adobe3yc:customer", EVERYBODY, ("adobe_customer",)),
    Staffed("adobe3yc:customer-refresh", "AST", ("adobe_customer",), POST_ONLY),
    Staffed("adobe3yc:customer-orders", "AST", ("adobe_customer",), POST_ONLY),
    Staffed("adobe3yc:customer-subscriptions", "AST", ("adobe_customer",), POST_ONLY),
    Staffed("adobe3yc:price-file", EVERYBODY, ("price_file",)),
    Staffed("adobe3yc:price-file-rows", "ASB", ("price_file",)),
    Staffed("adobe3yc:price-file-enforce", "A", ("price_file",), POST_ONLY),
    Staffed("adobe3yc:price-file-discard", "A", ("price_file",), POST_ONLY),
)

# Signing in, looks: answered alike on every surface, to everybody; tests of their own hold what they do.
PUBLIC = frozenset(
    {
        "account_login", "account_logout", "account_inactive", "account_reauthenticate", "account_activate",
        "account_change_password", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key", "account_reset_password_from_key_done", "mfa_index",
        "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
        "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
        "ui:theme", "ui:appearance", "ui:gallery", "ui:gallery_screen", "view_as:start", "view_as:end",
        "healthz", "readyz", "api-schema", "api-docs", "api-root",
    }
)  # fmt: skip
# The operator's raw data: superusers alone, whatever the page.
RAW = "/ops/"

SELL = {"anonymous": LOGIN, "staff": LOGIN, "customer": 403}

ONES_OWN = {"anonymous": LOGIN, "staff": LOGIN}
BUYS = {**ONES_OWN, "viewer": 403}
# The first page of the checkout leads an empty basket back to itself.
STEP = {**BUYS, "reseller": 302, "rival": 302, "customer": 302}
# What its customers ordered is a reseller's to decide.
DECIDES = {**ONES_OWN, "viewer": 403, "customer": 403}
TENDS = {**ONES_OWN, "viewer": 403}
# Whoever is invoiced; a reseller's customer has statements instead.
PAYS = {**ONES_OWN, "customer": 404}
OF_A_CUSTOMER = {**ONES_OWN, "rival": 404}
# Its cards, and what it pays by them: whoever looks through its eyes does not.
CARDS = {**PAYS, "viewer": 403, "stranger": 404}
MANAGED = {**OF_A_CUSTOMER, "viewer": 403}
# Takes posts alone, and says so before it looks for anything.
POSTED = {
    **ONES_OWN,
    "reseller": 405,
    "rival": 405,
    "customer": 405,
    "viewer": 405,
    "stranger": 405,
}

STOREFRONT = (
    Shopped("storefront:home"),
    Shopped("storefront:about"),
    Shopped("storefront:catalog"),
    Shopped("storefront:category", ("category",), stranger=200),
    # Nothing is searched for: the whole catalogue.
    Shopped("storefront:search", (), 302, 302, 302, 302, staff=302, viewer=302),
    Shopped("storefront:product", ("product",), stranger=200),
    # From the basket to an order; an empty basket leads back to itself
    Shopped("storefront:basket", **BUYS),
    Shopped("storefront:basket-pick", (), reseller=405, rival=405, customer=405, **BUYS),
    Shopped("storefront:basket-reopen", (), reseller=405, rival=405, customer=405, **BUYS),
    Shopped("storefront:basket-leave", (), reseller=405, rival=405, customer=405, **BUYS),
    Shopped("storefront:basket-add", (), reseller=405, rival=405, customer=405, **BUYS),
    Shopped("storefront:checkout", **STEP),
    Shopped("storefront:checkout-customer", **STEP),
    Shopped("storefront:checkout-billing", **STEP),
    Shopped("storefront:checkout-details", **STEP),
    Shopped("storefront:checkout-review", **STEP),
    Shopped("storefront:order-progress", ("order",), **OF_A_CUSTOMER),
    Shopped("storefront:order-line-correct", ("order", "line"), **POSTED),
    # What somebody ordered and has
    Shopped("storefront:orders", **ONES_OWN),
    Shopped("storefront:order", ("order",), **OF_A_CUSTOMER),
    # Its customer alone takes it back; its reseller answers it instead.
    Shopped("storefront:order-withdraw", ("waiting",), reseller=404, rival=404, **BUYS),
    Shopped("storefront:subscriptions", **ONES_OWN),
    Shopped("storefront:subscription", ("subscription",), **OF_A_CUSTOMER),
    Shopped("storefront:subscription-quantity", ("spare",), **MANAGED),
    Shopped("storefront:subscription-add-ons", ("spare",), **MANAGED),
    Shopped("storefront:subscription-renewal", ("spare",), **MANAGED),
    Shopped("storefront:subscription-auto-renewal", ("spare",), **MANAGED),
    Shopped("storefront:subscription-product", ("spare",), **MANAGED),
    Shopped("storefront:subscription-cancel", ("spare",), **MANAGED),
    Shopped("storefront:subscription-withdraw", ("subscription",), **{**POSTED, "viewer": 403}),
    Shopped("commitments:commitment", ("adobe_subscription",), **MANAGED),
    Shopped("commitments:refresh", ("adobe_subscription",), **{**POSTED, "viewer": 403}),
    Shopped("storefront:workspace", **ONES_OWN),
    # My account
    Shopped("storefront:my-account", **ONES_OWN),
    Shopped("storefront:profile", **TENDS),
    Shopped("storefront:company", **TENDS),
    Shopped("storefront:users", **TENDS),
    Shopped("storefront:user-invite", **TENDS),
    Shopped("storefront:user", ("colleague",), customer=404, **MANAGED),
    Shopped("storefront:user-switch", ("colleague",), customer=404, **MANAGED),
    Shopped("storefront:invoices", **PAYS),
    Shopped("storefront:invoice", ("invoice",), rival=404, **PAYS),
    Shopped("storefront:invoice-pdf", ("invoice",), rival=404, **PAYS),
    Shopped("storefront:invoice-csv", ("invoice",), rival=404, **PAYS),
    Shopped("storefront:credit-notes", **PAYS),
    Shopped("storefront:credit-note", ("credit_note",), rival=404, **PAYS),
    Shopped("storefront:credit-note-pdf", ("credit_note",), rival=404, **PAYS),
    Shopped("storefront:credit-note-csv", ("credit_note",), rival=404, **PAYS),
    Shopped("storefront:statements", **ONES_OWN),
    Shopped("storefront:statement", ("customer", "month"), **OF_A_CUSTOMER),
    Shopped("storefront:tokens", viewer=403, **SELL),
    Shopped("storefront:token-create", viewer=403, **SELL),
    Shopped("storefront:token-revoke", ("own_token",), reseller=405, rival=405, viewer=403, **SELL),
    # Cards of whoever is invoiced; a reseller's customer is not
    Shopped("storefront:cards", **CARDS),
    Shopped("storefront:card-leave", reseller=405, rival=405, **CARDS),
    Shopped("storefront:card-left", ("card_setup",), reseller=302, rival=404, **CARDS),
    Shopped("storefront:card-use", ("card",), reseller=405, rival=405, **CARDS),
    Shopped("storefront:card-remove", ("card",), reseller=405, rival=405, **CARDS),
    Shopped("storefront:invoice-pay", ("paid_invoice",), reseller=405, rival=405, **CARDS),
    Shopped("storefront:invoice-paid", ("paid_invoice",), reseller=302, rival=404, **CARDS),
    # A reseller's plan, its own storefront, its customers
    Shopped("plans:plans", **SELL),
    Shopped("plans:cancel", viewer=403, **SELL),
    Shopped("plans:choose", ("=free",), reseller=405, rival=405, viewer=403, **SELL),
    Shopped("plans:switch", ("=free",), viewer=403, **SELL),
    Shopped("plans:storefront", viewer=403, **SELL),
    Shopped("plans:products", viewer=403, **SELL),
    Shopped("plans:prices", viewer=403, **SELL),
    Shopped("plans:terms", viewer=403, **SELL),
    Shopped("plans:customers", **SELL),
    Shopped("plans:approvals", **DECIDES),
    Shopped("plans:approval", ("waiting",), rival=404, **DECIDES),
    Shopped("plans:customer-approval", ("customer",), reseller=405, rival=405, viewer=403, **SELL),
    Shopped("plans:customer", ("customer",), rival=404, **SELL),
    Shopped("plans:invite", ("customer",), rival=404, viewer=403, **SELL),
)


def _to(organization: int, reseller: int, rival: int, tenant: int) -> dict[str, int]:
    """What the tokens get; without a token 401, without the scope 403."""
    return {
        "anonymous": 401,
        "scopeless": 403,
        "organization": organization,
        "reseller": reseller,
        "rival": rival,
        "tenant": tenant,
    }


LISTS = _to(200, 200, 200, 200)
OWNED = _to(200, 200, 404, 404)
# The catalogue is the organization's, and each of its resellers buys from it.
SHARED = _to(200, 200, 200, 404)
EMPTY = _to(400, 400, 400, 400)
STAFF_WRITES = {**_to(400, 403, 403, 400)}
NOT_THERE = _to(200, 200, 404, 404)  # an empty change changes nothing
# What takes posts alone names no scope to read with.
NO_GET = _to(403, 403, 403, 403)
REFUSED = {"anonymous": 401, "scopeless": 403, "rival": 404, "tenant": 404}

API = (
    Called("accounts-api:accounts", (), LISTS, {"post": EMPTY}),
    Called("accounts-api:account", ("customer",), OWNED, {"patch": NOT_THERE}),
    Called("accounts-api:contacts", (), LISTS, {"post": {**EMPTY, "contact_editor": 400}}),
    Called(
        "accounts-api:contact", ("contact",), OWNED, {"patch": {**NOT_THERE, "contact_editor": 200}}
    ),
    Called("catalog-api:product-types", (), LISTS),
    Called("catalog-api:products", (), LISTS, {"post": STAFF_WRITES}),
    Called(
        "catalog-api:product",
        ("product",),
        SHARED,
        {"patch": {**STAFF_WRITES, "organization": 200, "tenant": 404}},
    ),
    Called("catalog-api:price-lists", (), LISTS),
    Called("catalog-api:price-list", ("price_list",), _to(200, 404, 404, 404)),
    Called("catalog-api:price-list", ("own_list",), _to(404, 200, 404, 404)),
    Called("orders-api:orders", (), LISTS, {"post": EMPTY}),
    Called("orders-api:order", ("order",), OWNED),
    Called("orders-api:order-place", ("draft",), NO_GET, {"post": REFUSED}),
    Called(
        "orders-api:order-execute",
        ("draft",),
        NO_GET,
        {"post": {**REFUSED, "reseller": 403, "rival": 403}},
    ),
    Called("orders-api:order-cancel", ("draft",), NO_GET, {"post": REFUSED}),
    Called("subscriptions-api:subscriptions", (), LISTS),
    Called("subscriptions-api:subscription", ("spare",), OWNED),
    Called(
        "subscriptions-api:subscription-quantity",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"quantity": 4},
    ),
    Called(
        "subscriptions-api:subscription-quantity-preview",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"quantity": 4},
    ),
    Called(
        "subscriptions-api:subscription-add-ons",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"product": "none", "quantity": 1},
    ),
    Called(
        "subscriptions-api:subscription-add-ons-preview",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"product": "none", "quantity": 1},
    ),
    Called(
        "subscriptions-api:subscription-renewal",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"quantity": 4},
    ),
    Called(
        "subscriptions-api:subscription-renewal-preview",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"quantity": 4},
    ),
    Called(
        "subscriptions-api:subscription-product",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"product": "2222222"},
    ),
    Called(
        "subscriptions-api:subscription-product-preview",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"product": "2222222"},
    ),
    Called(
        "subscriptions-api:subscription-cancel",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"when": "period_end"},
    ),
    Called(
        "subscriptions-api:subscription-cancel-preview",
        ("spare",),
        NO_GET,
        {"post": REFUSED},
        {"when": "period_end"},
    ),
    Called("billing-api:invoices", (), LISTS),
    Called("billing-api:invoice", ("invoice",), OWNED),
    Called("billing-api:installments", ("subscription",), OWNED),
    Called("billing-api:payments", (), LISTS, {"post": {**EMPTY, "reseller": 403, "rival": 403}}),
    Called("billing-api:payment", ("payment",), OWNED),
    Called("plans-api:plans", ("account",), OWNED),
    Called("plans-api:approvals", (), _to(404, 200, 200, 404)),
    Called("plans-api:approval", ("waiting",), _to(404, 200, 404, 404)),
    Called(
        "plans-api:approve",
        ("waiting",),
        NO_GET,
        {"post": {**REFUSED, "organization": 404, "reseller": 400}},
    ),
    Called(
        "plans-api:reject",
        ("waiting",),
        NO_GET,
        {"post": {**REFUSED, "organization": 404}},
        {"reason": "No"},
    ),
    Called(
        "plans-api:choose",
        ("account", "=free"),
        NO_GET,
        {"post": REFUSED},
        {"unit": "P1M"},
    ),
    Called("plans-api:switch", ("account", "=free"), NO_GET, {"post": REFUSED}),
    Called("plans-api:cancel", ("account",), NO_GET, {"post": REFUSED}),
)
