"""Every table belongs to somebody, no query runs without a scope, and every way around is written down."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection, models

from bss.core import scope
from bss.core.errors import ScopeMissing
from bss.core.tenancy import Owned, ScopedManager, Shared, SharedManager
from tests.architecture.sources import PRODUCT, python_files, text_of
from tests.architecture.test_layout import layers

# Tables that belong to no tenant by themselves.
UNOWNED = {
    "core.HistoryEntry": "kernel: holds organization and scope as plain values",
    "core.Event": "kernel: holds organization and scope as plain values",
    "core.Job": "kernel: holds organization and scope as plain values",
    "core.Run": "kernel: holds its scope; read through runs.visible()",
    "core.RunLine": "a line of a Run, read through it",
    "core.Counter": "kernel: the last number per organization, never shown",
    "core.IdempotencyRecord": "kernel: answers by token, found by its owner's token only",
    "accounts.Organization": "the tenant itself; read through organizations_visible()",
    "accounts.User": "a login is global: its memberships say where it belongs",
    "accounts.AccountImportRow": "a line of an AccountImport, read through it",
    "orders.BasketLine": "a line of a Basket, read through it",
    "adobe3yc.PriceRow": "a line of a PriceFile, read through it",
    "adobe3yc.PriceFault": "a line of a PriceUpload, read through it",
    "billing.PaymentImportRow": "a line of a PaymentImport, read through it",
}

# Who may go around the scope, and why that is right there.
KEYED = "rows of a record that its caller was handed in scope, by that record's key"
EVENT = "by the id in an event or a job: the handler's scope may lie beside the row"
BEFORE = "before anybody is signed in there is no scope: routing, sign-in, tokens"
ACROSS = "what must be unique or counted across all tenants"
WRITER = "compare-and-set of the row in hand by its key"
SEED = "makes the data of demos and benchmarks, tenant by tenant"
AROUND = {
    "bss/core/secrets.py": "rotation walks the sealed values of every tenant",
    "bss/core/machine.py": WRITER,
    "bss/core/prepared.py": "an example in its docstring: it runs what its callers prepared, in the active scope",
    "bss/core/events.py": EVENT,
    "bss/accounts/admin.py": "the operator's raw data under /ops/",
    "bss/accounts/api_auth.py": BEFORE,
    "bss/accounts/links.py": BEFORE,
    "bss/accounts/middleware.py": BEFORE,
    "bss/accounts/selectors/actors.py": BEFORE,
    "bss/accounts/selectors/surfaces.py": BEFORE,
    "bss/accounts/services/accounts.py": KEYED,
    "bss/accounts/services/contacts.py": KEYED,
    "bss/accounts/services/inputs.py": WRITER,
    "bss/accounts/services/memberships.py": "one login may belong to several tenants: by user, contact or account",
    "bss/accounts/services/organizations.py": KEYED,
    "bss/accounts/services/storefronts.py": KEYED,
    "bss/accounts/services/tokens.py": WRITER,
    "bss/accounts/views/view_as.py": BEFORE,
    "bss/billing/locks.py": "a lot and its installments, of whichever customer, for their payer's documents",
    "bss/billing/services/drafts.py": "a draft's items are its payer's customers'",
    "bss/billing/services/issuing.py": "a payer's document bears its customers' items; by the keys that were taken",
    "bss/billing/services/printing.py": KEYED,
    "bss/billing/services/runs.py": "an order's items, by order; its payer stands above its customer",
    "bss/billing/services/schedules.py": EVENT,
    "bss/billing/selectors/charged.py": "what a payer's documents hold of all its customers; by payer, by lot",
    "bss/billing/selectors/dealings.py": "what a payer has open, by the payer, whoever of its customers uses it",
    "bss/billing/selectors/due.py": "what a payer has due of all its customers; by organization and payer",
    "bss/billing/selectors/cards.py": "what is to be tended in all tenants; a hold by its order",
    "bss/billing/selectors/exposure.py": "the payer's debts, by the payer: an end customer's scope lies below them",
    "bss/billing/selectors/overdue.py": "the ladders of all tenants; each is then walked in its own scope",
    "bss/catalog/selectors.py": "the payer's list and listing, by the payer: an end customer's scope lies below them",
    "bss/catalog/services/editing.py": WRITER,
    "bss/catalog/services/standing.py": "a count of the organization in hand, product by product",
    "bss/installments/selectors.py": "the payer's access, its seller's offers: an end customer's scope lies below",
    "bss/installments/services.py": KEYED,
    "bss/orders/locks.py": KEYED,
    "bss/orders/selectors/baskets.py": "the questions of the basket's organization, its user's other baskets",
    "bss/orders/selectors/reviews.py": "the questions of the organization in hand",
    "bss/orders/services/executing.py": KEYED,
    "bss/orders/selectors/orders.py": "the organization's terms, by organization",
    "bss/orders/services/rules.py": KEYED,
    "bss/portal/management/commands/demo_check.py": SEED,
    "bss/subscriptions/selectors/changes.py": "what is due in all tenants; each change is then done in its own scope",
    "bss/subscriptions/selectors/subscriptions.py": KEYED,
    "notifications/selectors/pages.py": "a storefront of the organization in hand",
    "notifications/selectors/recipients.py": "whoever placed it may stand above the order: by order and account",
    "notifications/selectors/subjects.py": EVENT,
    "notifications/services/notify.py": "by the key of the happening: whoever handled it first wrote it",
    "resellers/handlers.py": EVENT,
    "resellers/locks.py": KEYED,
    "resellers/notices.py": EVENT,
    "resellers/plugin.py": EVENT,
    "resellers/selectors/aliases.py": ACROSS,
    "resellers/selectors/approvals.py": "what waits for the reseller in hand, counted by its key",
    "resellers/selectors/plans.py": KEYED,
    "resellers/selectors/shop.py": KEYED,
    "resellers/services/provisioning.py": KEYED,
    "resellers/services/setup.py": KEYED,
    "adobe3yc/handlers.py": EVENT,
    "adobe3yc/locks.py": KEYED,
    "adobe3yc/notices.py": EVENT,
    "adobe3yc/plugin/accounts.py": KEYED,
    "adobe3yc/plugin/ordering.py": KEYED,
    "adobe3yc/plugin/parties.py": "a customer's reseller lies above it: by the keys of the review or the call in hand",
    "adobe3yc/plugin/requests.py": "whoever a waiting basket is for, and its reseller: by the keys in its request",
    "adobe3yc/selectors/mirrors.py": KEYED,
    "adobe3yc/selectors/selling.py": "what is due in all tenants, each done in its own scope; commitments by customer",
    "adobe3yc/services/customers.py": KEYED,
    "adobe3yc/services/orders.py": "by the key under which Adobe gets it: whoever comes first wrote it",
    "adobe3yc/services/renewals.py": KEYED,
    "adobe3yc/services/resellers.py": KEYED,
    "adobe3yc/services/sync.py": WRITER,
    "adobe3yc/tasks.py": EVENT,
    "servicemanager/locks.py": EVENT,
    "servicemanager/selectors.py": KEYED,
    "servicemanager/services/accounts.py": KEYED,
    "servicemanager/services/definition.py": EVENT,
    "servicemanager/services/exchanges.py": "housekeeping over all tenants, and the record of a call in hand",
    "servicemanager/services/instances.py": KEYED,
    "servicemanager/services/outcomes.py": WRITER,
    "servicemanager/services/provisioning.py": KEYED,
    "servicemanager/services/requests.py": EVENT,
    "servicemanager/services/steps.py": EVENT,
}  # fmt: skip
SEEDS = "bss/portal/seed/"
GOES_AROUND = re.compile(r"\.everywhere\b|\b_base_manager\b")

ours = [m for m in apps.get_models() if m.__module__.split(".", 1)[0] in PRODUCT]
owned = [m for m in ours if issubclass(m, Owned)]
shared = [m for m in ours if issubclass(m, Shared)]


def test_every_table_belongs_to_somebody():
    unowned = {m._meta.label for m in ours if not issubclass(m, Owned | Shared)}

    assert unowned == UNOWNED.keys()


@pytest.mark.parametrize("model", [*owned, *shared], ids=lambda m: m._meta.label)
def test_the_usual_way_to_rows_needs_a_scope(model):
    manager = ScopedManager if issubclass(model, Owned) else SharedManager
    assert model._meta.default_manager_name == "objects"
    assert model._meta.base_manager_name == "everywhere"
    assert isinstance(model._default_manager, manager)

    for use in (model.objects.all, model._default_manager.all, model.objects.filter):
        with scope.activate(None), pytest.raises(ScopeMissing):
            use()
    with scope.activate("1.5."):
        narrowed = str(model.objects.all().query)
    assert "1.5." in narrowed if issubclass(model, Owned) else "organization_id" in narrowed


@pytest.mark.parametrize("model", owned, ids=lambda m: m._meta.label)
def test_a_path_is_compared_by_its_bytes(model, db):
    """C collation, so that the index serves a prefix and no locale thinks dots do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collation_name, is_nullable FROM information_schema.columns"
            " WHERE table_name = %s AND column_name = 'scope'",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == ("C", "NO")


def test_no_model_brings_a_manager_of_its_own():
    own = {m._meta.label for m in [*owned, *shared] if len(m._meta.managers) != 2}

    assert own == set()


def test_whoever_goes_around_the_scope_is_on_the_list():
    around = {
        path
        for path in python_files()
        if GOES_AROUND.search(text_of(path)) and not path.startswith(SEEDS)
    } - {"bss/core/tenancy.py"}

    assert around - AROUND.keys() == set(), "read in scope, or list the file with its reason"
    assert AROUND.keys() - around == set(), "take it off the list"


def test_no_door_goes_around_the_scope():
    """A view that reads past its actor's scope needs more than a reason; there are two, before a sign-in."""
    from tests.architecture.sources import room_of

    doors = {
        p
        for p in AROUND
        if room_of(p) in {"views", "api", "forms", "tables", "filters", "slots", "access"}
    }

    assert doors == {"bss/accounts/views/view_as.py"}


def app_of(model):
    name = apps.get_app_config(model._meta.app_label).name
    return name if name.split(".", 1)[0] in PRODUCT else ""


def level_of(app):
    return next(n for n, row in enumerate(layers()) if app in row)


def test_foreign_keys_point_down_as_imports_do():
    """The two exceptions: everything belongs to an organization, and a login is Django's AUTH_USER_MODEL."""
    for model in ours:
        for field in model._meta.local_fields:
            if not isinstance(field, models.ForeignKey):
                continue
            here, there = app_of(model), app_of(field.related_model)
            if there and here != there:
                assert level_of(here) < level_of(there), (
                    f"{model._meta.label}.{field.name} points up"
                )


def test_the_kernel_points_at_nothing_above_it():
    kernel = [m for m in ours if m._meta.app_label == "core"]
    pointing = {
        f"{m._meta.label}.{f.name}": f.related_model._meta.label
        for m in kernel
        for f in m._meta.local_fields
        if f.is_relation
    }

    assert pointing == {"core.RunLine.run": "core.Run"}


def test_models_are_named_by_string_in_two_places_only():
    """ "app.Model" as a string hides an import that the layers would forbid."""
    named = {}
    for path in python_files():
        for found in re.findall(
            r"(?:ForeignKey|OneToOneField|ManyToManyField)\(\s*\"(\w+\.\w+)\"", text_of(path)
        ):
            named.setdefault(path, set()).add(found)

    assert named == {
        "bss/core/tenancy.py": {"accounts.Organization"},
        "bss/accounts/models.py": {"accounts.Account"},
    }
