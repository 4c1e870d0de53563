"""Writing an e-mail: once per key, in the recipient's language and the seller's brand, with nothing smuggled in."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from bss.accounts.models import Storefront
from bss.core.models import Job
from bss.core.secrets import SecretUnreadable, unseal
from notifications import kinds, selectors
from notifications.models import Delivery
from notifications.services import notify
from tests.factories.accounts import OrganizationFactory, ResellerFactory, StorefrontFactory
from tests.factories.notifications import make_delivery

LINK = kinds.PASSWORD_RESET.sample["link"]


def reset_mail(organization, **values):
    return make_delivery(
        organization, kind=kinds.PASSWORD_RESET, context=kinds.PASSWORD_RESET.sample, **values
    )


def own_storefront(reseller, **values):
    """A reseller's storefront with its own brand."""
    return StorefrontFactory(
        organization=reseller.organization,
        owner=reseller,
        alias="techsolutions",
        name="Techsolutions Cloud",
        **{"accent": "#7a1f5c", "contact_email": "hello@techsolutions.example", **values},
    )


def test_an_email_is_written_with_the_job_that_sends_it(distributor):
    delivery = make_delivery(distributor, key="1")

    assert delivery.state == "queued"
    assert delivery.subject == "Order SO-2026-000123 placed"
    job = Job.objects.get()
    assert (job.kind, job.key) == ("notifications.delivery_send", f"{delivery.pk}:0")
    assert (job.scope, job.lane) == (distributor.scope, f"mail:{distributor.pk}")


def test_the_same_key_again_writes_nothing(distributor):
    first = make_delivery(distributor, key="1")

    again = make_delivery(distributor, key="1", recipient="somebody.else@example.org")

    assert again == first
    assert again.recipient == "eleni@aegean.example"
    assert (Delivery.everywhere.count(), Job.objects.count()) == (1, 1)


def test_a_key_belongs_to_its_kind(distributor):
    make_delivery(distributor, key="1")
    reset_mail(distributor, key="1")

    assert Delivery.everywhere.count() == 2


def test_what_caused_an_email_takes_it_away_when_it_fails(distributor):
    with transaction.atomic():
        make_delivery(distributor)
        transaction.set_rollback(True)

    assert (Delivery.everywhere.count(), Job.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_handlers_at_the_same_moment_write_one_email():
    organization = OrganizationFactory()
    barrier = threading.Barrier(4)
    found = []

    def handle():
        barrier.wait()
        found.append(make_delivery(organization, key="1").pk)
        connection.close()

    threads = [threading.Thread(target=handle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1
    assert (Delivery.everywhere.count(), Job.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "name",
    [
        "Eleni\r\nBcc: everybody@example.org",
        "Eleni\nSubject: You won",
        "Eleni\u2028Bcc: everybody@example.org",
        "Eleni\x00Markou",
        "Eleni\x85Bcc: everybody@example.org",
    ],
)
def test_nothing_begins_another_header(distributor, name):
    context = {**kinds.ORDER_PLACED.sample, "number": f"SO-1{name}"}

    delivery = make_delivery(distributor, recipient_name=name, context=context)

    for text in (delivery.subject, delivery.recipient_name):
        assert text.isprintable()
        assert len(text.splitlines()) == 1


@pytest.mark.parametrize("address", ["eleni@aegean.example\nBcc: x@example.org", "eleni", ""])
def test_what_is_no_address_is_refused(distributor, address):
    with pytest.raises(ValidationError):
        make_delivery(distributor, recipient=address)

    assert Delivery.everywhere.count() == 0


@pytest.mark.parametrize("value", [Decimal(1), date(2026, 1, 1), object(), {"a": [1.5]}])
def test_templates_are_given_plain_values_only(distributor, value):
    with pytest.raises(TypeError):
        make_delivery(distributor, context={**kinds.ORDER_PLACED.sample, "total": value})


def test_records_never_reach_a_template(distributor):
    with pytest.raises(TypeError, match=r"context\.organization is a Organization"):
        make_delivery(distributor, context={"organization": distributor})


def test_text_of_people_is_printed_and_never_run(distributor):
    context = {
        **kinds.ORDER_PLACED.sample,
        "customer": "{{ brand.name }}{% debug %}<script>x</script>",
    }

    delivery = make_delivery(distributor, context=context)

    assert "{{ brand.name }}{% debug %}<script>x</script>" in delivery.text
    assert "{{ brand.name }}{% debug %}&lt;script&gt;x&lt;/script&gt;" in delivery.html


def test_an_unknown_kind_is_a_fault(distributor):
    with pytest.raises(ValueError, match="newsletter"):
        make_delivery(distributor, kind="newsletter")


def test_an_email_speaks_its_recipients_language(distributor, settings, tmp_path):
    delivery = make_delivery(distributor, language="de")
    unknown = make_delivery(distributor, language="tlh")

    assert '<html lang="de" dir="ltr">' in delivery.html
    assert delivery.language == "de"
    assert unknown.language == "en"


def test_an_email_wears_the_organizations_brand(distributor):
    delivery = make_delivery(distributor)

    assert "Meridian Cloud Distribution" in delivery.text
    assert "Meridian Cloud Distribution" in delivery.html


def test_a_resellers_customers_see_nothing_of_the_distributor(distributor, shop):
    Storefront.everywhere.filter(pk=shop.pk).update(contact_phone="+30 210 999", accent="#1f6feb")
    reseller = ResellerFactory(organization=distributor, name="Techsolutions SA")
    storefront = own_storefront(reseller)

    delivery = make_delivery(distributor, storefront_id=storefront.pk)
    brand = selectors.brand_for(distributor, storefront.pk)

    for text in (delivery.subject, delivery.text, delivery.html, str(brand)):
        assert "Meridian" not in text
        assert "meridian" not in text
        assert "+30 210 999" not in text
        assert "Tradewind" not in text
        assert "#1f6feb" not in text
    assert "Techsolutions Cloud" in delivery.text
    assert "#7a1f5c" in delivery.html
    assert brand.reply_to == "hello@techsolutions.example"


def test_a_reseller_without_addresses_gets_no_reply_address_of_the_distributor(distributor):
    reseller = ResellerFactory(organization=distributor)
    storefront = own_storefront(reseller, contact_email="")

    assert selectors.brand_for(distributor, storefront.pk).reply_to == ""


def test_another_organizations_storefront_lends_no_brand(distributor):
    foreign = StorefrontFactory(
        organization=OrganizationFactory(name="Rival Distribution"), host="rival.localhost"
    )

    assert selectors.brand_for(distributor, foreign.pk).name == "Meridian Cloud Distribution"


def test_a_personal_link_is_kept_sealed_and_shown_masked(distributor):
    delivery = reset_mail(distributor)

    row = Delivery.everywhere.values().get(pk=delivery.pk)
    assert LINK not in str(row)
    assert (row["text"], row["html"]) == ("", "")
    assert LINK in unseal(delivery.sealed, delivery.sealed_context)
    shown = selectors.words_shown(delivery)
    assert LINK not in shown.text + shown.html
    assert "eleni@aegean.example" in shown.text


def test_a_sealed_email_opens_in_its_own_row_only(distributor):
    one, other = reset_mail(distributor), reset_mail(distributor)

    with pytest.raises(SecretUnreadable):
        unseal(one.sealed, other.sealed_context)


def test_a_key_that_would_be_cut_is_a_fault(distributor):
    with pytest.raises(ValueError, match="too long"):
        make_delivery(distributor, key="k" * 250)


def test_kinds_are_named_by_code_or_by_themselves(distributor):
    values = {
        "recipient": "a@example.org", "recipient_name": "", "language": "en", "scope": distributor.scope,
        "context": kinds.ORDER_PLACED.sample, "organization": distributor, "key": "1",
    }  # fmt: skip

    assert notify("order_placed", **values) == notify(kinds.ORDER_PLACED, **values)
