"""What staff do in the portal, through its forms."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from bss.accounts.models import Account, Contact, Membership, Organization, PaymentMethod
from bss.accounts.services import account_edit
from bss.core import scope
from bss.core.models import Event
from tests.conftest import signed_in
from tests.factories.accounts import AccountFactory, ResellerFactory, UserFactory, make_staff


def url(name, *args):
    return "/portal" + reverse(f"accounts:{name}", urlconf="config.urls_portal", args=args)


FORM = {
    "kind": "direct", "name": "Kavala Marine", "country": "GR", "language": "en", "currency": "EUR",
    "credit": "none", "billing_day": "1", "taxable": "on", "ordering_enabled": "on", "corporate_email": "",
}  # fmt: skip


def test_staff_creates_a_customer_without_a_corporate_email(staff):
    for _ in range(2):
        response = staff.client.post(url("create"), FORM)
        assert response.status_code == 302
    assert list(Account.everywhere.values_list("corporate_email", flat=True)) == [None, None]
    assert Account.everywhere.first().tax_country == "GR"


def test_a_malformed_corporate_email_gets_an_error_on_its_field_and_keeps_the_input(staff):
    response = staff.client.post(url("create"), {**FORM, "corporate_email": "nonsense"})
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["corporate_email"]
    assert 'value="nonsense"' in response.content.decode()
    assert not Account.everywhere.exists()


@pytest.mark.parametrize(
    ("credit", "amount", "stored"),
    [("none", "", "0.0000"), ("amount", "2500.50", "2500.5000"), ("unlimited", "", "None")],
)
def test_the_three_ways_to_say_a_credit_limit(staff, credit, amount, stored):
    staff.client.post(url("create"), {**FORM, "credit": credit, "credit_amount": amount})
    assert str(Account.everywhere.get().credit_limit) == stored


def test_a_credit_amount_is_asked_for_where_it_is_chosen(staff):
    response = staff.client.post(url("create"), {**FORM, "credit": "amount"})
    assert list(response.context["form"].errors) == ["credit_amount"]
    assert not Account.everywhere.exists()


@pytest.mark.parametrize(
    ("locale", "typed", "stored"),
    [("de", "1.500", "1500"), ("de", "1.234,50", "1234.50"), ("en", "1,234.50", "1234.50")],
)
def test_a_credit_amount_is_read_and_shown_in_the_readers_language(staff, locale, typed, stored):
    staff.client.cookies[settings.LANGUAGE_COOKIE_NAME] = locale
    staff.client.post(url("create"), {**FORM, "credit": "amount", "credit_amount": typed})
    account = Account.everywhere.get()
    assert account.credit_limit == Decimal(stored)

    form = staff.client.get(url("edit", account.public_id)).context["form"]
    shown = form["credit_amount"].value()
    values = {**FORM, "credit": "amount", "credit_amount": shown, "version": "1"}
    assert staff.client.post(url("edit", account.public_id), values).status_code == 302
    assert Account.everywhere.get().credit_limit == Decimal(stored)


@pytest.mark.parametrize(
    ("typed", "currency", "words"),
    [
        ("1e9", "EUR", "Enter a number, such as 1.234,5."),
        ("1,500", "EUR", "At most 2 decimals are possible, such as 1.234,56."),
        ("1500,5", "JPY", "Enter a whole number, such as 1.234."),
        ("-1", "EUR", "The smallest possible value is 0."),
    ],
)
def test_a_credit_amount_that_nobody_means_is_refused(staff, typed, currency, words):
    staff.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    values = {**FORM, "credit": "amount", "credit_amount": typed, "currency": currency}
    response = staff.client.post(url("create"), values)
    assert response.context["form"].errors == {"credit_amount": [words]}
    assert not Account.everywhere.exists()


def test_everything_that_is_wrong_is_told_at_once(staff):
    wrong = {
        "name": "",
        "phone": "abc",
        "vat_id": "de 12",
        "credit": "amount",
        "credit_amount": "1e9",
    }
    response = staff.client.post(url("create"), {**FORM, **wrong})
    told = response.context["form"].errors
    assert set(told) == {"name", "phone", "vat_id", "credit_amount"}
    assert told["vat_id"] == ["A VAT id of Greece looks like EL123456789."]
    assert not Account.everywhere.exists()


def test_an_end_customer_needs_its_reseller(staff, distributor):
    response = staff.client.post(url("create"), {**FORM, "kind": "customer"})
    assert list(response.context["form"].errors) == ["parent"]
    reseller = ResellerFactory(organization=distributor)
    staff.client.post(url("create"), {**FORM, "kind": "customer", "parent": reseller.public_id})
    assert Account.everywhere.get(kind="customer").parent == reseller


def test_an_edit_keeps_what_was_not_touched(staff, distributor):
    account = AccountFactory(
        organization=distributor, name="Kavala", city="Kavala", credit_limit=None
    )
    page = staff.client.get(url("edit", account.public_id))
    values = {k: v for k, v in page.context["form"].initial.items() if v is not None}
    response = staff.client.post(
        url("edit", account.public_id), {**values, "name": "Kavala Marine", "version": "1"}
    )
    assert response.status_code == 302
    changed = Account.everywhere.get()
    assert (changed.name, changed.city, changed.credit_limit) == ("Kavala Marine", "Kavala", None)


def test_a_stale_edit_is_shown_and_goes_through_the_second_time(staff, distributor):
    account = AccountFactory(organization=distributor, name="Kavala")
    page = staff.client.get(url("edit", account.public_id))
    values = {k: v for k, v in page.context["form"].initial.items() if v is not None}
    with scope.activate(distributor.scope):
        account_edit(account=account, version=1, actor=staff.actor, city="Drama")

    mine = {**values, "name": "Kavala Marine", "version": "1"}
    response = staff.client.post(url("edit", account.public_id), mine)
    assert response.status_code == 400
    assert Account.everywhere.get().name == "Kavala"
    shown = response.context["version"]
    assert (
        staff.client.post(url("edit", account.public_id), {**mine, "version": shown}).status_code
        == 302
    )
    assert Account.everywhere.get().name == "Kavala Marine"


def test_the_saved_views_search_and_filters_of_the_list(
    staff, reseller, customer_account, distributor
):
    AccountFactory(organization=distributor, name="Kavala Marine", is_active=False)

    def names(**query):
        rows = staff.client.get(url("list"), query).context["rows"]
        return {row.label for row in rows}

    assert names() == {"Techsolutions", "Aegean Foods", "Kavala Marine"}
    assert names(view="resellers") == {"Techsolutions"}
    assert names(view="direct") == {"Kavala Marine"}
    assert names(view="customers") == {"Aegean Foods"}
    assert names(view="inactive") == {"Kavala Marine"}
    assert names(q="aegean") == {"Aegean Foods"}
    assert names(q=reseller.account.number.lower()) == {"Techsolutions"}
    assert names(parent=reseller.account.public_id) == {"Aegean Foods"}


def test_the_list_costs_the_same_with_few_rows_and_with_many(
    staff, distributor, django_assert_max_num_queries
):
    reseller = ResellerFactory(organization=distributor)
    for _ in range(60):
        AccountFactory(parent=reseller)
    staff.client.get(url("list"))
    with django_assert_max_num_queries(12):
        staff.client.get(url("list"))


def test_the_record_costs_the_same_with_few_customers_and_with_many(
    staff, reseller, django_assert_max_num_queries
):
    for _ in range(60):
        AccountFactory(parent=reseller.account)
    for tab in ("overview", "customers", "contacts", "users"):
        staff.client.get(url("detail", reseller.account.public_id), {"tab": tab})
        with django_assert_max_num_queries(25):
            staff.client.get(url("detail", reseller.account.public_id), {"tab": tab})


def test_deactivating_several_asks_once_and_names_who_was_inactive(staff, distributor):
    accounts = [AccountFactory(organization=distributor) for _ in range(2)]
    idle = AccountFactory(organization=distributor, is_active=False, name="Idle Ltd")
    chosen = {"bulk": "deactivate", "ids": [a.public_id for a in [*accounts, idle]]}

    asked = staff.client.post(url("list"), chosen)
    assert "Deactivate 3 accounts" in asked.content.decode()
    assert Account.everywhere.filter(is_active=True).count() == 2

    done = staff.client.post(url("list"), {**chosen, "confirmed": "1"}, follow=True)
    assert "Idle Ltd: inactive already" in done.content.decode()
    assert not Account.everywhere.filter(is_active=True).exists()


def test_the_list_is_exported_as_it_is_filtered(staff, reseller, customer_account):
    response = staff.client.get(url("list"), {"view": "customers", "export": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Number,Name,Kind,Reseller,Country")
    assert "Aegean Foods" in text
    assert len(text.splitlines()) == 2


def test_a_contact_is_added_invited_and_given_roles(staff, reseller):
    account = reseller.account
    staff.client.post(
        url("contact_create", account.public_id),
        {"last_name": "Petrou", "email": "petrou@example.org"},
    )
    contact = Contact.everywhere.get(email="petrou@example.org")
    staff.client.post(
        url("user_invite", contact.public_id),
        {"user_type": "simple", "roles": ["buyer", "billing_agent"]},
    )
    membership = Membership.everywhere.get(contact=contact)
    assert membership.roles == ["billing_agent", "buyer"]
    assert Event.objects.filter(name="membership.invited").count() == 1

    staff.client.post(url("user_edit", membership.public_id), {"user_type": "admin"})
    staff.client.post(url("user_do", membership.public_id, "deactivate"))
    membership.refresh_from_db()
    assert (membership.user_type, membership.is_active) == ("admin", False)


def test_a_simple_user_without_roles_is_refused_on_the_field(staff, reseller):
    response = staff.client.post(
        url("user_edit", reseller.membership.public_id), {"user_type": "simple"}
    )
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["roles"])


def test_staff_is_invited_given_a_role_and_let_go(staff):
    staff.client.post(
        url("staff_invite"), {"name": "Anna", "email": "anna@meridian.example", "role": "sales"}
    )
    anna = Membership.everywhere.get(user__email="anna@meridian.example")
    staff.client.post(url("staff_edit", anna.public_id), {"role": "billing"})
    staff.client.post(url("staff_do", anna.public_id, "invite"))
    staff.client.post(url("staff_do", anna.public_id, "deactivate"))
    anna.refresh_from_db()
    assert (anna.staff_role, anna.is_active) == ("billing", False)
    assert Event.objects.filter(name="membership.invited").count() == 2


def test_letting_oneself_go_is_refused(staff):
    response = staff.client.post(url("staff_do", staff.membership.public_id, "deactivate"))
    assert response.status_code == 409
    assert Membership.everywhere.get(pk=staff.membership.pk).is_active


def test_payment_methods_are_made_changed_and_deleted_while_nobody_uses_them(staff, distributor):
    form = {"name": "Transfer", "kind": "transfer", "payment_days": "30"}
    staff.client.post(url("payment_method_create"), form)
    assert staff.client.post(url("payment_method_create"), form).status_code == 400
    method = PaymentMethod.everywhere.get()
    staff.client.post(url("payment_method_edit", method.public_id), {**form, "payment_days": "14"})
    account = AccountFactory(organization=distributor, payment_method=method)
    assert staff.client.post(url("payment_method_delete", method.public_id)).status_code == 409
    assert PaymentMethod.everywhere.get().payment_days == 14

    Account.everywhere.filter(pk=account.pk).update(payment_method=None)
    staff.client.post(url("payment_method_delete", method.public_id))
    assert not PaymentMethod.everywhere.exists()


# Organizations -----------------------------------------------------------------------------------------------

TENANT = {
    "name": "Nordhaven", "country": "SE", "currency": "SEK", "language": "en", "time_zone": "Europe/Stockholm",
    "support_email": "help@nordhaven.example", "host": "nordhaven.example", "admin_name": "Ingrid",
    "admin_email": "ingrid@nordhaven.example",
}  # fmt: skip


def test_a_tenant_is_created_with_its_shop_and_first_administrator(staff, distributor):
    account = ResellerFactory(organization=distributor)
    response = staff.client.post(
        url("tenant_create"), {**TENANT, "billing_account": account.public_id}
    )
    assert response.status_code == 302
    tenant = Organization.objects.get(name="Nordhaven")
    assert (tenant.parent, tenant.billing_account) == (distributor, account)
    first = Membership.everywhere.get(organization=tenant)
    assert (first.user.email, first.staff_role) == ("ingrid@nordhaven.example", "administrator")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"host": "https://x/"}, "host"),
        ({"admin_email": "x"}, "admin_email"),
        ({"billing_account": "none"}, "billing_account"),
    ],
)
def test_a_tenant_with_bad_data_is_not_created_at_all(staff, distributor, values, field):
    account = ResellerFactory(organization=distributor)
    form = {**TENANT, "billing_account": account.public_id, **values}
    response = staff.client.post(url("tenant_create"), form)
    assert (response.status_code, list(response.context["form"].errors)) == (400, [field])
    assert Organization.objects.count() == 1
    assert not Event.objects.exists()


def test_the_second_factor_is_required_by_a_switch(staff, distributor):
    page = staff.client.get(url("organization_edit", distributor.public_id))
    values = {k: v for k, v in page.context["form"].initial.items() if v}
    staff.client.post(
        url("organization_edit", distributor.public_id),
        {**values, "require_mfa": "on", "version": "1"},
    )
    assert Organization.objects.get(pk=distributor.pk).require_mfa
    assert staff.client.get(url("list"))["Location"] == "/portal/account/2fa/totp/activate/"


def test_staff_of_two_organizations_switches_between_them(distributor, tenant):
    user = UserFactory()
    for organization in (distributor, tenant.membership.organization):
        membership = make_staff(organization)
        membership.user = user
        membership.save()
    AccountFactory(organization=distributor, name="Kavala Marine")
    AccountFactory(organization=tenant.membership.organization, name="Fjord Shipping")
    client = signed_in(user, "portal")

    first = client.get(url("list")).content.decode()
    assert "Kavala Marine" in first
    assert "Fjord Shipping" not in first
    assert "Nordhaven Systems" in first

    other = tenant.membership.organization.public_id
    switched = client.post(url("organization_switch"), {"organization": other})
    assert switched["Location"] == "/portal/"
    second = client.get(url("list")).content.decode()
    assert "Fjord Shipping" in second
    assert "Kavala Marine" not in second


def test_nobody_switches_into_an_organization_it_is_no_staff_of(staff, tenant, reseller):
    other = tenant.membership.organization.public_id
    assert staff.client.post(url("organization_switch"), {"organization": other}).status_code == 404
    assert "Techsolutions" in staff.client.get(url("list")).content.decode()
