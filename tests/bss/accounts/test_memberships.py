"""Logins: who may invite whom, as what, and that somebody always stays in charge."""

from __future__ import annotations

import pytest

from bss.accounts import selectors
from bss.accounts.choices import AccountKind, StaffRole, StorefrontRole, UserType
from bss.accounts.models import Membership, User
from bss.accounts.permissions import STAFF_ROLES, Permission
from bss.accounts.services import (
    membership_activate,
    membership_deactivate,
    membership_edit,
    membership_invite,
    membership_invite_again,
    staff_invite,
    staff_role_set,
    storefront_create,
    storefront_user_invite,
)
from bss.core.errors import Conflict, Invalid, PermissionDenied
from bss.core.models import Event
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    UserFactory,
    make_staff,
    make_storefront_user,
)
from tests.factories.ports import granted

pytestmark = pytest.mark.usefixtures("at_distributor")


def test_an_invited_contact_gets_a_login_and_one_event(staff, reseller, shop):
    contact = ContactFactory(account=reseller.account, email="new@example.org")

    membership = membership_invite(contact=contact, actor=staff.actor)

    assert membership.user.email == "new@example.org"
    assert not membership.user.has_usable_password()
    assert (membership.storefront, membership.scope) == (shop, reseller.account.scope)
    assert Event.objects.get(name="membership.invited").payload["membership_id"] == membership.pk


def test_an_end_customer_signs_in_at_its_resellers_own_storefront(
    staff, reseller, customer_account
):
    own = storefront_create(
        organization=reseller.account.organization,
        owner=reseller.account,
        alias="techsolutions",
        actor=staff.actor,
    )

    membership = membership_invite(
        contact=ContactFactory(account=customer_account), actor=staff.actor
    )

    assert membership.storefront == own


def test_a_person_known_elsewhere_keeps_name_and_password(staff, reseller):
    known = UserFactory(email="known@example.org", name="As Known")
    contact = ContactFactory(account=reseller.account, email="Known@example.org", last_name="Other")

    membership = membership_invite(contact=contact, actor=staff.actor)

    known.refresh_from_db()
    assert membership.user == known
    assert known.name == "As Known"
    assert known.has_usable_password()


def test_nobody_signs_in_twice_at_one_storefront(staff, reseller, rival):
    contact = ContactFactory(account=rival.account, email=reseller.user.email)
    before = Membership.everywhere.count()

    with pytest.raises(Invalid) as refusal:
        membership_invite(contact=contact, actor=staff.actor)

    assert (refusal.value.field, refusal.value.code) == ("email", "EMAIL_TAKEN")
    assert Membership.everywhere.count() == before


def test_a_contact_with_a_login_is_not_invited_twice(staff, reseller):
    with pytest.raises(Conflict) as refusal:
        membership_invite(contact=reseller.membership.contact, actor=staff.actor)

    assert refusal.value.code == "MEMBERSHIP_EXISTS"
    assert not Event.objects.filter(name="membership.invited").exists()


def test_a_deactivated_login_is_taken_up_again(staff, reseller):
    make_storefront_user(reseller.account, reseller.membership.storefront)
    membership_deactivate(membership=reseller.membership, actor=staff.actor)

    again = membership_invite(
        contact=reseller.membership.contact,
        actor=staff.actor,
        user_type=UserType.SIMPLE,
        roles=[StorefrontRole.BUYER],
    )

    assert again.pk == reseller.membership.pk
    assert (again.is_active, again.roles) == (True, ["buyer"])


def test_each_further_invitation_is_an_event_of_its_own(staff, reseller):
    membership_invite_again(membership=reseller.membership, actor=staff.actor)
    membership_invite_again(membership=reseller.membership, actor=staff.actor)

    sent = Event.objects.filter(name="membership.invited").values_list("payload", flat=True)
    assert len({payload["invitation"] for payload in sent}) == 2


@pytest.mark.parametrize(
    ("kind", "user_type", "roles", "field"),
    [
        ("reseller", "simple", [], "roles"),
        ("reseller", "simple", ["emperor"], "roles"),
        ("reseller", "owner", [], "user_type"),
        ("direct", "simple", ["storefront_manager"], "roles"),
    ],
)
def test_a_simple_user_has_roles_that_fit_its_company(
    staff, distributor, kind, user_type, roles, field
):
    account = AccountFactory(organization=distributor, kind=kind)
    contact = ContactFactory(account=account)

    with pytest.raises(Invalid) as refusal:
        membership_invite(contact=contact, actor=staff.actor, user_type=user_type, roles=roles)

    assert refusal.value.field == field
    assert not User.objects.filter(email=contact.email).exists()


def test_an_admin_carries_no_roles(staff, reseller):
    contact = ContactFactory(account=reseller.account)
    membership = membership_invite(
        contact=contact, actor=staff.actor, user_type="admin", roles=["buyer"]
    )
    assert membership.roles == []


def test_a_reseller_invites_its_customers_people_only_with_the_capability(
    reseller, customer_account
):
    contact = ContactFactory(account=customer_account)
    with pytest.raises(PermissionDenied) as refusal:
        membership_invite(contact=contact, actor=reseller.actor)
    assert refusal.value.code == "CAPABILITY_MISSING"
    assert not Membership.everywhere.filter(contact=contact).exists()

    with granted(reseller.account, "customer_users"):
        assert membership_invite(contact=contact, actor=reseller.actor).is_active


def test_inviting_by_name_finds_or_makes_the_contact(reseller):
    values = {"last_name": "Petrou", "email": "Petrou@example.org", "roles": ["buyer"]}
    first = storefront_user_invite(account=reseller.account, actor=reseller.actor, **values)
    assert first.contact.email == "petrou@example.org"

    make_storefront_user(reseller.account, reseller.membership.storefront)
    membership_deactivate(membership=first, actor=reseller.actor)
    again = storefront_user_invite(account=reseller.account, actor=reseller.actor, **values)
    assert again.pk == first.pk


def test_nobody_ends_its_own_login(reseller):
    make_storefront_user(reseller.account, reseller.membership.storefront)

    with pytest.raises(Conflict) as refusal:
        membership_deactivate(membership=reseller.membership, actor=reseller.actor)

    assert refusal.value.code == "OWN_LOGIN"
    assert Membership.everywhere.get(pk=reseller.membership.pk).is_active


def test_an_account_keeps_one_admin(staff, reseller):
    for refused in (
        lambda: membership_deactivate(membership=reseller.membership, actor=staff.actor),
        lambda: membership_edit(
            membership=reseller.membership, actor=staff.actor, user_type="simple", roles=["buyer"]
        ),
    ):
        with pytest.raises(Conflict) as refusal:
            refused()
        assert refusal.value.code == "LAST_ADMINISTRATOR"

    stored = Membership.everywhere.get(pk=reseller.membership.pk)
    assert (stored.is_active, stored.user_type) == (True, "admin")


def test_an_organization_keeps_one_administrator(staff, distributor):
    other = make_staff(distributor)
    staff_role_set(membership=staff.membership, role=StaffRole.SALES, actor=staff.actor)

    with pytest.raises(Conflict):
        staff_role_set(membership=other, role=StaffRole.SALES, actor=staff.actor)

    assert Membership.everywhere.get(pk=other.pk).staff_role == StaffRole.ADMINISTRATOR


def test_staff_is_invited_once_and_comes_back_after_a_leave(staff, distributor):
    values = {"organization": distributor, "email": "Anna@meridian.example", "name": "Anna"}
    anna = staff_invite(role=StaffRole.SALES, actor=staff.actor, **values)
    assert anna.user.email == "anna@meridian.example"
    with pytest.raises(Invalid):
        staff_invite(role=StaffRole.SALES, actor=staff.actor, **values)

    membership_deactivate(membership=anna, actor=staff.actor)
    back = staff_invite(role=StaffRole.SUPPORT, actor=staff.actor, **values)

    assert (back.pk, back.staff_role, back.is_active) == (anna.pk, "support", True)


@pytest.mark.parametrize(
    ("values", "field"), [({"email": "nonsense"}, "email"), ({"role": "king"}, "role")]
)
def test_a_bad_invitation_of_staff_makes_no_login(staff, distributor, values, field):
    good = {"email": "anna@meridian.example", "name": "Anna", "role": StaffRole.SALES}
    with pytest.raises(Invalid) as refusal:
        staff_invite(organization=distributor, actor=staff.actor, **{**good, **values})
    assert list(refusal.value.errors) == [field]
    assert not User.objects.filter(email=good["email"]).exists()


def test_activating_what_is_active_records_nothing(staff, reseller):
    membership_activate(membership=reseller.membership, actor=staff.actor)
    assert not Event.objects.exists()


# What each role may do -----------------------------------------------------------------------------------

P = Permission
SEES = {P.CATALOG_VIEW}
ROLES = {
    "billing_agent": {
        P.BILLING_VIEW, P.BILLING_EDIT, P.COMPANY_EDIT, P.ORDER_VIEW, P.SUBSCRIPTION_VIEW,
    },
    "subscriptions_manager": {P.SUBSCRIPTION_VIEW, P.SUBSCRIPTION_MANAGE, P.ORDER_VIEW},
    "buyer": {P.ORDER_CREATE, P.ORDER_VIEW, P.ORDER_APPROVE},
    "cloud_administrator": {P.WORKSPACE_USE, P.SUBSCRIPTION_VIEW},
    "storefront_manager": {P.STOREFRONT_MANAGE, P.PLAN_VIEW},
}  # fmt: skip


@pytest.mark.parametrize("role", StorefrontRole.values)
def test_what_each_storefront_role_may_do(reseller, role):
    membership = Membership(user_type=UserType.SIMPLE, roles=[role])
    granted_ = selectors.storefront_permissions(membership, reseller.account)
    assert granted_ == {str(p) for p in SEES | ROLES[role]}


def test_roles_add_up_and_an_admin_has_them_all_and_the_other_users(reseller):
    both = Membership(user_type=UserType.SIMPLE, roles=["buyer", "cloud_administrator"])
    granted_ = selectors.storefront_permissions(both, reseller.account)
    assert granted_ == {str(p) for p in SEES | ROLES["buyer"] | ROLES["cloud_administrator"]}

    everything = selectors.storefront_permissions(reseller.membership, reseller.account)
    assert everything >= set().union(*(map(str, r) for r in ROLES.values()))
    assert P.USER_MANAGE in everything


def test_a_direct_customers_admin_has_nothing_of_a_resellers(distributor, shop):
    account = AccountFactory(organization=distributor, kind=AccountKind.DIRECT)
    membership = make_storefront_user(account, shop)
    granted_ = selectors.storefront_permissions(membership, account)
    assert not granted_ & {
        P.PLAN_VIEW, P.PLAN_SWITCH, P.STOREFRONT_MANAGE, P.ACCOUNT_VIEW, P.ACCOUNT_EDIT, P.TOKEN_MANAGE,
    }  # fmt: skip
    assert P.ORDER_CREATE in granted_


def test_an_end_customer_orders_where_its_resellers_plan_includes_it(
    reseller, customer_account, shop
):
    membership = make_storefront_user(customer_account, shop)
    assert P.ORDER_CREATE not in selectors.storefront_permissions(membership, customer_account)
    with granted(reseller.account, "self_service_ordering"):
        assert P.ORDER_CREATE in selectors.storefront_permissions(membership, customer_account)


def test_ordering_switched_off_takes_the_right_from_everybody(reseller):
    reseller.account.ordering_enabled = False
    granted_ = selectors.storefront_permissions(reseller.membership, reseller.account)
    assert P.ORDER_CREATE not in granted_


def test_staff_roles_widen_from_reading_to_everything():
    read, everything = STAFF_ROLES[StaffRole.READ_ONLY], STAFF_ROLES[StaffRole.ADMINISTRATOR]
    assert everything == frozenset(Permission)
    for role in StaffRole:
        assert read <= STAFF_ROLES[role] <= everything
    assert not any(code.endswith((".edit", ".create", ".execute", ".manage")) for code in read)
