"""The portal's screens: activation, fetching, what failed and why, delivering by hand, and who may see what."""

from __future__ import annotations

import pytest
from django.urls import reverse, set_script_prefix

from bss.accounts.choices import StaffRole
from bss.core.models import Run
from bss.core.secrets import MASK
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import change_request
from servicemanager.choices import InstanceState
from servicemanager.choices import ProvisioningState as P
from servicemanager.contracts import Done, OutcomeUnknown, Refused
from servicemanager.models import Exchange, Instance, ProvisioningJob
from servicemanager.services import provisioning_deliver
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.orders import make_product, make_subscription
from tests.pages import portal
from tests.servicemanager.conftest import job_of
from tests.servicemanager.test_definition import offer


def url(name: str, *args: str) -> str:
    set_script_prefix("/portal/")
    return reverse(f"servicemanager:{name}", args=args, urlconf="config.urls_portal")


def page(person, name: str, *args: str, **query: str) -> str:
    response = person.client.get(url(name, *args), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


@pytest.fixture
def reader(distributor):
    """Staff who may look and nothing else."""
    return person_of_staff(make_staff(distributor, StaffRole.READ_ONLY))


@pytest.fixture
def failed(pending, scripted, run_jobs):
    scripted.script = {
        "provision": [Refused("CREDENTIALS_INVALID", "Key expired.", "401", "denied")]
    }
    run_jobs()
    return job_of(pending)


@pytest.fixture
def to_deliver(at_distributor, account, run_jobs):
    subscription = make_subscription(account, make_product(at_distributor), active=False)
    run_jobs()
    return job_of(subscription)


# Instances -----------------------------------------------------------------------------------------------


def test_every_service_manager_is_offered(staff, scripted):
    html = page(staff, "list")
    for words in ("Scripted vendor", "Echo", "Manual fulfilment", "Tradewind for Resellers"):
        assert words in html
    assert url("activate", "scripted") in html
    assert url("activate", "manual") not in html


def test_a_reader_sees_the_list_without_buttons(reader, scripted):
    assert url("activate", "scripted") not in page(reader, "list")
    assert reader.client.get(url("activate", "scripted")).status_code == 403


def test_staff_activate_a_service_manager(staff, distributor, scripted):
    assert "Address" in page(staff, "activate", "scripted")
    values = {"name": "Vendor EU", "address": "https://vendor.example", "key": "sesame-opens"}
    response = staff.client.post(url("activate", "scripted"), values)

    made = Instance.everywhere.get()
    assert response.status_code == 302
    assert response["Location"] == url("detail", made.public_id)
    assert (made.name, made.state, made.organization) == (
        "Vendor EU",
        InstanceState.ACTIVE,
        distributor,
    )
    assert made.secrets == {"key": "sesame-opens"}


def test_what_the_service_manager_refuses_stands_at_its_field(staff, distributor, scripted):
    scripted.script = {"validate_settings": [{"key": ["The vendor does not know this key."]}]}
    values = {"name": "V", "address": "https://vendor.example", "key": "sesame-opens"}
    response = staff.client.post(url("activate", "scripted"), values)

    html = response.content.decode()
    assert response.status_code == 400
    assert "The vendor does not know this key." in html
    assert "sesame-opens" not in html
    assert Instance.everywhere.count() == 0


def test_a_secret_is_masked_on_every_page(staff, instance, scripted):
    record = page(staff, "detail", instance.public_id)
    assert MASK in record
    for html in (record, page(staff, "edit", instance.public_id), page(staff, "list")):
        assert "sesame-opens" not in html
        assert instance.sealed not in html


def test_editing_keeps_a_secret_left_empty(staff, instance):
    values = {"name": "New name", "address": "https://two.example", "key": "", "version": "1"}
    assert staff.client.post(url("edit", instance.public_id), values).status_code == 302

    instance.refresh_from_db()
    assert (instance.name, instance.secrets) == ("New name", {"key": "sesame-opens"})
    assert instance.settings == {"address": "https://two.example"}


def test_switching_off_and_on(staff, instance):
    off = url("switch-off", instance.public_id)
    assert staff.client.post(off, {"reason": ""}).status_code == 400
    assert staff.client.post(off, {"reason": "Contract ended."}).status_code == 302
    instance.refresh_from_db()
    assert instance.state == InstanceState.INACTIVE

    staff.client.post(url("switch-on", instance.public_id))
    instance.refresh_from_db()
    assert instance.state == InstanceState.ACTIVE


def test_get_services_definition_leads_to_a_page_of_progress(staff, instance, scripted, run_jobs):
    scripted.script = {"catalogue": [offer()]}
    assert url("definition", instance.public_id) in page(staff, "detail", instance.public_id)
    response = staff.client.post(url("definition", instance.public_id))
    run = Run.objects.get()
    assert response["Location"].endswith(f"/runs/{run.public_id}/")
    assert "Waiting to start" in staff.client.get(response["Location"]).content.decode()

    run_jobs()

    html = staff.client.get(response["Location"]).content.decode()
    assert "On offer: product types 1, products and add-ons 1." in html
    assert url("detail", instance.public_id) in html
    assert "Desk" in page(staff, "detail", instance.public_id)


def test_a_run_of_another_organization_or_kind_is_not_found(staff, tenant, instance):
    staff.client.post(url("definition", instance.public_id))
    path = f"/portal/runs/{Run.objects.get().public_id}/"
    assert staff.client.get(path).status_code == 200
    assert tenant.client.get(path).status_code == 404

    Run.objects.update(kind="unknown.kind")
    assert staff.client.get(path).status_code == 404


def test_a_reader_sees_a_run_and_cannot_start_it_again(staff, reader, instance):
    staff.client.post(url("definition", instance.public_id))
    run = Run.objects.get()
    Run.objects.update(state="failed")
    path = f"/portal/runs/{run.public_id}/"
    html = reader.client.get(path).content.decode()
    assert 'value="retry"' not in html
    assert reader.client.post(path, {"do": "retry"}).status_code == 403
    assert Run.objects.get().state == "failed"
    assert 'value="retry"' in staff.client.get(path).content.decode()


# Provisioning --------------------------------------------------------------------------------------------


def test_a_failure_is_explained_with_the_button_that_mends_it(staff, failed, instance):
    html = page(staff, "job", failed.public_id)
    assert "The vendor does not accept our credentials" in html
    assert "Your staff must act." in html
    assert "Key expired." in html
    assert "denied" in html
    assert url("detail", instance.public_id) in html
    assert url("retry", failed.public_id) in html


def test_failed_ones_stand_under_their_own_tab(staff, failed):
    assert "The vendor does not accept our credentials" in page(staff, "jobs", view="failed")
    assert failed.subscription.number not in page(staff, "jobs", view="unknown")
    assert failed.subscription.number not in page(staff, "jobs", view="open")


def test_retry_from_the_portal(staff, failed, scripted, run_jobs):
    scripted.script = {"provision": [Done("vendor-1")]}
    assert staff.client.post(url("retry", failed.public_id)).status_code == 302
    run_jobs()

    failed.subscription.refresh_from_db()
    assert failed.subscription.state == SubscriptionState.ACTIVE
    assert staff.client.post(url("retry", failed.public_id)).status_code == 409


def test_giving_up_needs_a_reason(staff, failed):
    abandon = url("abandon", failed.public_id)
    assert staff.client.post(abandon, {"reason": ""}).status_code == 400
    assert staff.client.post(abandon, {"reason": "Settled otherwise."}).status_code == 302
    failed.refresh_from_db()
    assert failed.state == P.ABANDONED


def test_an_unknown_outcome_says_that_it_is_being_asked_for(staff, pending, scripted, run_jobs):
    scripted.script = {"provision": [OutcomeUnknown("OUTCOME_UNKNOWN", "No answer in time.")]}
    run_jobs()
    assert "The outcome is not known yet" in page(staff, "job", job_of(pending).public_id)
    assert pending.number in page(staff, "jobs", view="unknown")


def test_delivering_by_hand(staff, to_deliver):
    assert to_deliver.subscription.number in page(staff, "jobs", view="deliver")
    deliver = url("deliver", to_deliver.public_id)
    assert deliver in page(staff, "job", to_deliver.public_id)
    assert staff.client.post(deliver, {"note": ""}).status_code == 400
    response = staff.client.post(deliver, {"note": "Sent by courier.", "external_id": "K-7"})

    assert response.status_code == 302
    to_deliver.subscription.refresh_from_db()
    assert to_deliver.subscription.state == SubscriptionState.ACTIVE
    assert to_deliver.subscription.external_id == "K-7"
    assert staff.client.post(deliver, {"note": "Again."}).status_code == 409
    assert "Sent by courier." in page(staff, "job", to_deliver.public_id)


def test_who_delivers_reads_what_to_whom_and_how_many(staff, to_deliver, run_jobs):
    subscription = to_deliver.subscription
    customer, product = subscription.customer, subscription.product

    html = page(staff, "deliver", to_deliver.public_id)

    for label, name, there in (
        ("Customer", customer.name, portal("accounts:detail", customer.public_id)),
        ("Product", product.name, portal("catalog:product-detail", product.public_id)),
        (
            "Subscription",
            subscription.number,
            portal("subscriptions:detail", subscription.public_id),
        ),
    ):
        assert f'<dt>{label}</dt><dd><a href="{there}">{name}</a></dd>' in html
    assert f"<dt>Quantity</dt><dd>{subscription.quantity}</dd>" in html
    assert "<dt>Change</dt>" not in html

    provisioning_deliver(job=to_deliver, note="Sent.", actor=staff.actor)
    change_request(
        subscription=Subscription.everywhere.get(pk=subscription.pk), kind="quantity",
        quantity=subscription.quantity + 2, actor=staff.actor, source="portal",
    )  # fmt: skip
    run_jobs()
    html = page(staff, "deliver", job_of(subscription).public_id)
    assert f"<dt>Quantity</dt><dd>{subscription.quantity + 2}</dd>" in html
    words = f"Quantity: {subscription.quantity} → {subscription.quantity + 2}"
    assert f"<dt>Change</dt><dd>{words}</dd>" in html


def test_declining_by_hand(staff, to_deliver):
    response = staff.client.post(url("decline", to_deliver.public_id), {"reason": "Out of stock."})
    assert response.status_code == 302
    to_deliver.subscription.refresh_from_db()
    assert to_deliver.subscription.state == SubscriptionState.FAILED


def test_exchanges_are_shown_with_what_was_sent_and_answered(staff, failed, instance):
    Exchange.everywhere.create(
        organization=instance.organization, scope=failed.scope, job=failed, instance=instance,
        method="PUT", path="/v1/things/7", request={"quantity": 5}, status=401,
        answer={"code": "unauthorized"}, outcome="answered", milliseconds=31,
    )  # fmt: skip
    html = page(staff, "job", failed.public_id)
    assert "PUT /v1/things/7" in html
    assert "unauthorized" in html
    assert "&quot;quantity&quot;: 5" in html


@pytest.mark.parametrize("name", ["job", "deliver", "decline", "abandon"])
def test_another_tenants_operation_is_not_found(tenant, reseller, failed, name):
    assert tenant.client.get(url(name, failed.public_id)).status_code == 404


@pytest.mark.parametrize("name", ["detail", "edit", "switch-off"])
def test_another_tenants_instance_is_not_found(tenant, instance, name):
    assert tenant.client.get(url(name, instance.public_id)).status_code == 404


@pytest.mark.parametrize("name", ["retry", "abandon", "deliver", "decline"])
def test_a_reader_decides_nothing(reader, failed, name):
    assert (
        reader.client.post(url(name, failed.public_id), {"reason": "x", "note": "x"}).status_code
        == 403
    )
    failed.refresh_from_db()
    assert failed.state == P.FAILED
    assert url("retry", failed.public_id) not in page(reader, "job", failed.public_id)


def test_a_long_list_costs_as_many_queries_as_a_short_one(
    staff, instance, product, account, scripted, run_jobs, django_assert_max_num_queries
):
    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "No.")]}
    for _ in range(12):
        make_subscription(account, product, active=False)
    run_jobs()
    for name in ("jobs", "list"):
        with django_assert_max_num_queries(15):
            page(staff, name)
    job = ProvisioningJob.everywhere.select_related("subscription").latest("id")
    with django_assert_max_num_queries(15):
        page(staff, "job", job.public_id)
    with django_assert_max_num_queries(15):
        record(staff, "subscriptions:detail", job.subscription.public_id)


# On other records ----------------------------------------------------------------------------------------


def record(person, name: str, public_id: str) -> str:
    set_script_prefix("/portal/")
    response = person.client.get(reverse(name, args=[public_id], urlconf="config.urls_portal"))
    assert response.status_code == 200
    return response.content.decode()


def test_the_subscription_tells_what_was_provisioned_and_why_it_failed(staff, failed):
    html = record(staff, "subscriptions:detail", failed.subscription.public_id)
    assert "The vendor does not accept our credentials" in html
    assert url("retry", failed.public_id) in html
    assert url("job", failed.public_id) in html


def test_a_buyer_sees_no_vendor(reseller, failed):
    response = reseller.client.get(f"/subscriptions/{failed.subscription.public_id}/")
    assert response.status_code in {302, 404}


def test_the_order_asks_for_its_delivery(staff, to_deliver):
    html = record(staff, "orders:detail", to_deliver.subscription.order_line.order.public_id)
    assert url("deliver", to_deliver.public_id) in html
