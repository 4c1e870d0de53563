"""One of everything that a page can be about, belonging to one reseller and its customer, and everybody who may ask.

The figures tell who must not see them: a mailbox costs the distributor 7.77, the reseller 11.11, its customer 13.33.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.test import Client

from adobe3yc.models import AdobeCustomer, PriceFault, PriceUpload
from bss.accounts.choices import StaffRole
from bss.accounts.models import Account, Organization, Storefront
from bss.accounts.permissions import API_SCOPES
from bss.accounts.services import (
    import_create,
    payment_method_create,
    staff_invite,
    token_create,
)
from bss.billing.models import CardSetup, CardToken, CreditNote, Invoice, OverdueSuspension
from bss.billing.services import order_bill, payment_import_create, payment_record, printed
from bss.catalog.choices import PriceRule
from bss.catalog.models import AddOn, PriceListItem, Product
from bss.core import clock, scope
from bss.core.actor import SYSTEM
from bss.core.models import Job, JobState, Run
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.orders.services import order_execute
from bss.pricing.services import tax_rate_add, tax_registration_add
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_request, subscription_activate
from notifications.models import Delivery
from resellers.models import Plan
from servicemanager.models import Instance, ProvisioningJob
from tests.conftest import Person, person_of_account, person_of_staff
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    OrganizationFactory,
    ResellerFactory,
    StorefrontFactory,
    make_staff,
)
from tests.factories.adobe import ALL_APPS, make_adobe, make_price_file, of_adobe
from tests.factories.billing import make_rate, take_seats
from tests.factories.catalog import (
    CategoryFactory,
    IndustryFactory,
    ListPriceFactory,
    PriceListFactory,
    PriceListItemFactory,
)
from tests.factories.installments import make_plan
from tests.factories.orders import (
    default_list,
    make_add_on,
    make_draft,
    make_order_field,
    make_product,
    make_subscription,
    place,
)
from tests.factories.resellers import drain, order_plan, plans_on_sale
from tests.factories.settling import make_invoice

COST, PRICE, RESALE = "7.77", "11.11", "13.33"
QUANTITY = 3
# The same for a line of three: what each figure becomes there, and the profit of one and of three.
COSTS = (COST, "23.31", "3.34", "10.02")
PRICES = (PRICE, "33.33", "2.22", "6.67")
RESALES = (RESALE, "40.00")
TENANT_HOST = "nordhaven.localhost"


@dataclass
class World:
    """`people` by what they are here, `ids` by what a URL asks for, `keys` the API tokens' texts."""

    distributor: Organization
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    reseller: Account = field(init=False)
    customer: Account = field(init=False)

    def client(self, person: str) -> Client:
        """The browser of somebody; a new one for nobody in particular."""
        return Client() if person == "anonymous" else self.people[person].client


@contextmanager
def given_back() -> Iterator[None]:
    """A transaction that is rolled back at its end, and that the product takes for a test's own."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def make_world() -> World:
    """Everybody and everything. Runs jobs; leaves nothing due."""
    world = World(OrganizationFactory(name="Meridian Cloud Distribution"))
    shop = StorefrontFactory(organization=world.distributor)
    _staff(world)
    make_rate(world.distributor)
    plans_on_sale(world.distributor)
    world.reseller = ResellerFactory(organization=world.distributor, name="Techsolutions")
    rival = ResellerFactory(organization=world.distributor, name="Northbridge IT")
    world.people["reseller"] = person_of_account(world.reseller, shop)
    world.people["rival"] = person_of_account(rival, shop)
    _on_standard(world, world.reseller, "techsolutions")
    _on_standard(world, rival, "northbridge")
    world.customer = AccountFactory(parent=world.reseller, name="Aegean Foods")
    world.people["customer"] = person_of_account(
        world.customer, Storefront.everywhere.get(owner=world.reseller)
    )
    world.people["rival_customer"] = person_of_account(
        AccountFactory(parent=rival, name="Harbour Logistics"),
        Storefront.everywhere.get(owner=rival),
    )
    with scope.activate(world.distributor.scope):
        _catalogue(world)
        _people(world)
        _trade(world)
        _setup(world)
        _settling(world)
        _adobe(world)
        _tokens(world, rival)
    drain()
    _afterwards(world)
    return world


def _staff(world: World) -> None:
    for role in StaffRole:
        world.people[str(role.value)] = person_of_staff(make_staff(world.distributor, role))
    billing = ResellerFactory(organization=world.distributor, name="Nordhaven Systems")
    organization = OrganizationFactory(
        name="Nordhaven Systems", parent=world.distributor, billing_account=billing, country="SE"
    )
    StorefrontFactory(organization=organization, host=TENANT_HOST)
    world.people["tenant"] = person_of_staff(make_staff(organization))
    world.ids["organization"] = world.distributor.public_id


def _on_standard(world: World, account: Account, alias: str) -> None:
    order_plan(account, "standard", alias=alias, actor=world.people["administrator"].actor)
    drain()


def _catalogue(world: World) -> None:
    organization = world.distributor
    product = make_product(organization, price=PRICE, cost=COST, name="Mailbox", code="MAILBOX")
    ListPriceFactory(product=product, unit="P1Y", price=Decimal("111.10"), cost=Decimal("77.70"))
    archive = make_add_on(product, name="Archive", code="ARCHIVE", price=PRICE, cost=COST)
    category = CategoryFactory(organization=organization)
    Product.objects.filter(pk=product.pk).update(category=category)
    price_list = default_list(organization)
    own = PriceListFactory(organization=organization, owner=world.reseller, name="Tech prices")
    for sold in (product, archive):
        PriceListItemFactory(
            price_list=own, product=sold, rule=PriceRule.MARKUP, percent=Decimal(20)
        )
    world.ids |= {
        "product": product.public_id,
        "type": product.type.public_id,
        "category": category.slug,
        "industry": IndustryFactory(organization=organization, slug="health").slug,
        "payment_plan": make_plan(organization).public_id,
        "add_on": AddOn.objects.get(product=product).pk,
        "price_list": price_list.public_id,
        "item": PriceListItem.objects.get(price_list=price_list, product=product).pk,
        "own_list": own.public_id,
        "plan": Plan.objects.get(code="free").public_id,
    }
    world.product = product  # type: ignore[attr-defined]


def _people(world: World) -> None:
    contact = ContactFactory(account=world.customer)
    member = world.people["customer"].membership
    actor = world.people["administrator"].actor
    colleague = staff_invite(
        organization=world.distributor,
        email="nikos@meridian.example",
        name="Nikos Pappas",
        role=StaffRole.SALES,
        actor=actor,
    )
    token, _text = token_create(
        organization=world.distributor, name="Books", scopes=["account.view"], actor=actor
    )
    method = payment_method_create(
        organization=world.distributor, name="Bank transfer", actor=actor
    )
    source = import_create(
        organization=world.distributor,
        name="accounts.csv",
        raw=b"name,kind,country\nPelagos Shipping,direct,GR\n",
        actor=actor,
    )
    user_of_reseller = person_of_account(
        world.reseller, Storefront.everywhere.get(organization=world.distributor, owner=None)
    )
    own_token, _text = token_create(
        organization=world.distributor,
        account=world.reseller,
        name="Shop",
        scopes=["account.view"],
        actor=world.people["reseller"].actor,
    )
    world.ids |= {
        "account": world.reseller.public_id,
        "customer": world.customer.public_id,
        "contact": contact.public_id,
        "user": member.public_id,
        "colleague": user_of_reseller.membership.public_id,
        "staff_member": colleague.public_id,
        "token": token.public_id,
        "own_token": own_token.public_id,
        "method": method.public_id,
        "import": source.public_id,
        "run": Run.objects.earliest("pk").public_id,
    }


def _trade(world: World) -> None:
    """A draft; a pending subscription that staff are to deliver; two active ones, one with a change to come."""
    product = world.product  # type: ignore[attr-defined]
    payer, customer = world.reseller, world.customer
    draft = make_draft(payer, product, customer=customer, quantity=QUANTITY)
    for _again in range(4):
        order = make_draft(payer, product, customer=customer, quantity=QUANTITY)
        order_execute(order=order, actor=SYSTEM)
    drain()
    pending, active, spare, reduced = Subscription.objects.filter(product=product).order_by("pk")
    for number, delivered in enumerate((active, spare, reduced), start=1):
        subscription_activate(subscription=delivered, external_id=f"ext-{number}", actor=SYSTEM)
    drain()
    _documents(world, reduced)
    active.refresh_from_db()
    change = change_request(
        subscription=active,
        kind=ChangeKind.CANCEL,
        actor=world.people["administrator"].actor,
        source="portal",
        when="period_end",
    )
    job = ProvisioningJob.objects.get(subscription=pending)
    order = Order.objects.get(lines__subscription=active)
    world.ids |= {
        "waiting": _waiting(world).public_id,
        "draft": draft.public_id,
        "draft_line": OrderLine.objects.get(order=draft).public_id,
        "order": order.public_id,
        "line": OrderLine.objects.get(order=order).public_id,
        "pending": pending.public_id,
        "subscription": active.public_id,
        "spare": spare.public_id,
        "change": change.public_id,
        "provisioning": job.public_id,
        "instance": job.instance.public_id,
    }


def _documents(world: World, reduced: Subscription) -> None:
    """What was bought is invoiced; one seat of the last was given back. Both PDFs were opened before."""
    reduction = take_seats(reduced.lots.get(), 1)
    order_bill(order_id=reduction.order_line.order_id, actor=SYSTEM)
    drain()
    invoice = Invoice.objects.filter(payer=world.reseller, lines__subscription=reduced).get()
    note = CreditNote.objects.get()
    for document in (invoice, note):
        printed(document)
    world.ids |= {
        "invoice": invoice.public_id,
        "credit_note": note.public_id,
        "month": f"{invoice.issued_on:%Y-%m}",
    }


def _waiting(world: World) -> Order:
    """What the reseller's customer ordered by itself, and its reseller has not let pass yet."""
    person, product = world.people["customer"], world.product  # type: ignore[attr-defined]
    shop = Storefront.everywhere.get(owner=world.reseller)
    with scope.activate(world.customer.scope):
        return place(person, shop, product, terms=TermsVersion.objects.latest("pk"))


def _setup(world: World) -> None:
    field = make_order_field(world.distributor, label="Department")
    world.ids["order_field"] = field.public_id
    dead = Job.objects.create(
        kind="provisioning.step",
        key="gave up",
        state=JobState.DEAD,
        scope=world.reseller.scope,
        organization_id=world.distributor.pk,
    )
    world.ids["job"] = dead.pk
    world.ids["plans_instance"] = Instance.objects.get(manager="tradewind-for-resellers").public_id


def _settling(world: World) -> None:
    """Taxes, a payment in an invoice, a bank's file, a card, and what the ladder suspended."""
    organization, payer, actor = (
        world.distributor, world.reseller, world.people["administrator"].actor,
    )  # fmt: skip
    tomorrow = clock.today() + timedelta(days=1)
    shared = {"organization": organization, "country": "CY", "valid_from": tomorrow, "actor": actor}
    rate = tax_rate_add(tax_class="reduced", percent=Decimal(5), **shared)
    registration = tax_registration_add(number="CY12345678X", **shared)
    invoice = make_invoice(payer, "1.00")
    payment = payment_record(
        payer=payer, amount=Decimal(1), received_on=clock.today(), actor=actor, invoice=invoice
    )
    # What is settled lifts suspensions; the one below holds.
    drain()
    source = payment_import_create(
        organization=organization,
        name="bank.csv",
        raw=b"bank id,date,amount\n1,2026-01-01,5\n",
        actor=actor,
    )
    owned = {"organization": organization, "scope": payer.scope, "account": payer}
    card = CardToken.objects.create(
        token="tok_1", brand="Visa", last_digits="1008", expires_on=tomorrow, **owned
    )
    change = ScheduledChange.objects.get(public_id=world.ids["change"])
    suspension = OverdueSuspension.objects.create(
        organization=organization,
        scope=change.scope,
        subscription=change.subscription,
        change=change,
        payer=payer,
    )
    world.ids |= {
        "rate": rate.public_id,
        "registration": registration.public_id,
        "payment": payment.public_id,
        "allocation": payment.allocations.get().pk,
        "paid_invoice": invoice.public_id,
        "payment_import": source.public_id,
        "card": card.public_id,
        "card_setup": CardSetup.objects.create(**owned).public_id,
        "suspension": suspension.pk,
    }


def _adobe(world: World) -> None:
    """Prices of Adobe's that wait to be put into force, and a file of which nothing was taken."""
    instance = make_adobe(world.distributor)
    file = make_price_file(instance, (ALL_APPS, "All Apps", 100, "", ""))
    upload = PriceUpload.objects.create(
        organization=world.distributor, instance=instance, source="file", kind="COM", name="odd.csv",
        currency="EUR",
    )  # fmt: skip
    PriceFault.objects.create(upload=upload, code="empty", row=2, cell="C2", column="Partner Price")
    customer = AdobeCustomer.objects.create(
        organization=world.distributor, scope=world.customer.scope, instance=instance,
        account=world.customer, reseller=world.reseller, name="Aegean Foods", adobe_id="1005500001",
        status="1000",
    )  # fmt: skip
    world.ids |= {
        "adobe_customer": customer.public_id,
        "adobe_subscription": _managed_by(world, instance).public_id,
        "adobe_instance": instance.public_id,
        "price_file": file.public_id,
        "price_upload": upload.public_id,
    }


def _managed_by(world: World, instance: Instance) -> Subscription:
    """Something the reseller's customer has of an instance whose vendor nobody can ask."""
    product = make_product(world.distributor)
    subscription = make_subscription(world.reseller, product, customer=world.customer)
    drain()
    return of_adobe(subscription, instance)


def _tokens(world: World, rival: Account) -> None:
    wanted = {
        "organization": (None, API_SCOPES, "administrator"),
        "without_costs": (None, [s for s in API_SCOPES if s != "cost.view"], "administrator"),
        "scopeless": (None, ["cost.view"], "administrator"),
        "contact_editor": (None, ["contact.edit"], "administrator"),
        "reseller": (world.reseller, _account_scopes(world, "reseller"), "reseller"),
        "rival": (rival, _account_scopes(world, "rival"), "rival"),
    }
    for name, (account, scopes, maker) in wanted.items():
        _token, world.keys[name] = token_create(
            organization=world.distributor,
            account=account,
            name=name,
            scopes=list(scopes),
            actor=world.people[maker].actor,
        )
    organization = Organization.objects.get(name="Nordhaven Systems")
    with scope.activate(organization.scope):
        _token, world.keys["tenant"] = token_create(
            organization=organization,
            name="tenant",
            scopes=list(API_SCOPES),
            actor=world.people["tenant"].actor,
        )


def _account_scopes(world: World, person: str) -> list[str]:
    held = world.people[person].actor.permissions
    return [scope for scope in API_SCOPES if scope in held]


def _afterwards(world: World) -> None:
    """What jobs made, and the member of staff who looks through the reseller's eyes."""
    world.ids["delivery"] = (
        Delivery.everywhere.filter(scope__startswith=world.reseller.scope).latest("pk").public_id
    )
    looker = person_of_staff(make_staff(world.distributor))
    answer = looker.client.post(f"/portal/accounts/{world.reseller.public_id}/view-as/")
    target = answer["Location"] if answer.status_code == 302 else answer.context["url"]
    looker.client.get(urlsplit(target).path)
    world.people["viewer"] = looker
