"""Organizations, accounts, people."""

from __future__ import annotations

import factory

from bss.accounts.choices import AccountKind, MembershipKind, StaffRole, UserType
from bss.accounts.models import Account, Contact, Membership, Organization, Storefront, User

PASSWORD = "correct horse battery"
# Hashing at full strength would make every test wait; one hash is computed once.
_HASH: list[str] = []


def password_hash() -> str:
    from django.contrib.auth.hashers import make_password

    if not _HASH:
        _HASH.append(make_password(PASSWORD))
    return _HASH[0]


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Meridian Cloud Distribution {n}")
    country = "GR"
    currency = "EUR"
    support_email = "support@meridian.example"


class AccountFactory(factory.django.DjangoModelFactory):
    """An account with its scope path; pass `parent` for an end customer."""

    class Meta:
        model = Account

    organization = factory.SubFactory(OrganizationFactory)
    kind = AccountKind.DIRECT
    number = factory.Sequence(lambda n: f"ACC-{n:06d}")
    name = factory.Sequence(lambda n: f"Account {n}")
    country = "GR"
    tax_country = "GR"
    credit_limit = None
    scope = ""

    @classmethod
    def _get_manager(cls, model_class):
        return model_class.everywhere

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        parent = kwargs.get("parent")
        if parent is not None:
            kwargs["organization"] = parent.organization
            kwargs["kind"] = AccountKind.CUSTOMER
        account = super()._create(model_class, *args, **kwargs)
        base = parent.scope if parent is not None else f"{account.organization_id}."
        account.scope = f"{base}{account.pk}."
        model_class.everywhere.filter(pk=account.pk).update(scope=account.scope)
        return account


class ResellerFactory(AccountFactory):
    kind = AccountKind.RESELLER
    reselling_enabled = True
    name = factory.Sequence(lambda n: f"Techsolutions {n}")


class StorefrontFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Storefront

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.LazyAttribute(lambda o: o.organization.name)

    @classmethod
    def _get_manager(cls, model_class):
        return model_class.everywhere


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(password_hash)


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    organization = factory.SelfAttribute("account.organization")
    scope = factory.SelfAttribute("account.scope")
    first_name = "Eleni"
    last_name = factory.Sequence(lambda n: f"Markou {n}")
    email = factory.Sequence(lambda n: f"contact{n}@example.org")

    @classmethod
    def _get_manager(cls, model_class):
        return model_class.everywhere


def make_staff(organization: Organization, role: str = StaffRole.ADMINISTRATOR) -> Membership:
    """A member of staff with a login."""
    return Membership.everywhere.create(
        user=UserFactory(),
        organization=organization,
        scope=organization.scope,
        kind=MembershipKind.STAFF,
        staff_role=role,
    )


def make_storefront_user(
    account: Account,
    storefront: Storefront,
    user_type: str = UserType.ADMIN,
    roles: tuple[str, ...] = (),
) -> Membership:
    """A storefront user of `account` who signs in at `storefront`."""
    user = UserFactory()
    contact = ContactFactory(account=account, email=user.email)
    return Membership.everywhere.create(
        user=user,
        organization=account.organization,
        scope=account.scope,
        kind=MembershipKind.STOREFRONT,
        contact=contact,
        storefront=storefront,
        user_type=user_type,
        roles=list(roles),
    )
