"""/api/v1/accounts and /api/v1/contacts. A token sees its organization, or its account and what is below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bss.accounts import selectors
from bss.accounts.access import access_account, access_contact
from bss.accounts.choices import AccountKind
from bss.accounts.models import Account, Contact, Organization
from bss.accounts.permissions import Permission
from bss.accounts.services import account_create, account_edit, contact_create, contact_edit
from bss.core.actor import Actor
from bss.core.api import IDEMPOTENCY_HEADER, IdempotentView
from bss.core.errors import Invalid, NotFound

IDEMPOTENCY = OpenApiParameter(
    IDEMPOTENCY_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Send the same key again and the first answer comes back; nothing is done twice.",
)


class Strict(serializers.Serializer[Any]):
    """Refuses a field nobody knows: a mistyped name would otherwise look as if it had been stored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = {
                name: [_("There is no such field.")] for name in data if name not in writable
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class AccountOut(serializers.Serializer[Any]):
    """An account."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=AccountKind.choices)
    parent = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes it off the class
        source="parent.public_id", default=None, allow_null=True, help_text="The reseller's id."
    )
    name = serializers.CharField()
    corporate_email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField()
    website = serializers.CharField()
    language = serializers.CharField()
    address_1 = serializers.CharField()
    address_2 = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1, two letters.")
    tax_country = serializers.CharField()
    vat_id = serializers.CharField()
    taxable = serializers.BooleanField()
    currency = serializers.CharField(help_text="ISO 4217.")
    ordering_enabled = serializers.BooleanField()
    reselling_enabled = serializers.BooleanField()
    credit_limit = serializers.DecimalField(
        max_digits=20,
        decimal_places=4,
        allow_null=True,
        help_text="In the account's currency; 0: nothing may be owed; null: unlimited.",
    )
    payment_method = serializers.CharField(
        source="payment_method.public_id", default=None, allow_null=True
    )
    billing_day = serializers.IntegerField()
    separate_invoices = serializers.BooleanField()
    is_active = serializers.BooleanField()
    version = serializers.IntegerField(help_text="Send it with a change to be told of another's.")
    created_at = serializers.DateTimeField()


class AccountChanges(Strict):
    """What of an account can be changed. Each field may be left out."""

    name = serializers.CharField(max_length=200, required=False)
    corporate_email = serializers.EmailField(
        required=False, allow_null=True, allow_blank=True, help_text="Empty is stored as null."
    )
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    website = serializers.URLField(max_length=200, required=False, allow_blank=True)
    language = serializers.CharField(max_length=10, required=False)
    address_1 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    address_2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postcode = serializers.CharField(max_length=20, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    region = serializers.CharField(max_length=100, required=False, allow_blank=True)
    country = serializers.CharField(max_length=2, required=False)
    tax_country = serializers.CharField(max_length=2, required=False)
    vat_id = serializers.CharField(max_length=30, required=False, allow_blank=True)
    taxable = serializers.BooleanField(required=False)
    currency = serializers.CharField(max_length=3, required=False)
    ordering_enabled = serializers.BooleanField(required=False)
    reselling_enabled = serializers.BooleanField(required=False)
    credit_limit = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    payment_method = serializers.CharField(required=False, allow_null=True, help_text="Its id.")
    billing_day = serializers.IntegerField(min_value=1, max_value=28, required=False)
    separate_invoices = serializers.BooleanField(required=False)


class AccountCreate(AccountChanges):
    """A new account."""

    kind = serializers.ChoiceField(choices=AccountKind.choices)
    parent = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes it off the class
        required=False, allow_null=True, help_text="The reseller's id; for an end customer."
    )
    name = serializers.CharField(max_length=200)
    country = serializers.CharField(max_length=2)


class AccountEdit(AccountChanges):
    """Changes of an account; with `version`, refused when somebody else changed it meanwhile."""

    version = serializers.IntegerField(required=False)


class ContactOut(serializers.Serializer[Any]):
    """A person of an account."""

    id = serializers.CharField(source="public_id")
    account = serializers.CharField(source="account.public_id", help_text="The account's id.")
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField()
    job_title = serializers.CharField()
    is_primary = serializers.BooleanField()
    receives_invoices = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class ContactChanges(Strict):
    """What of a contact can be changed. Each field may be left out."""

    first_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=100, required=False)
    email = serializers.EmailField(required=False)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    job_title = serializers.CharField(max_length=100, required=False, allow_blank=True)
    is_primary = serializers.BooleanField(required=False)
    receives_invoices = serializers.BooleanField(required=False)


class ContactCreate(ContactChanges):
    """A new contact."""

    account = serializers.CharField(help_text="The account's id.")
    last_name = serializers.CharField(max_length=100)
    email = serializers.EmailField()


class ContactEdit(ContactChanges):
    """Changes of a contact; with `version`, refused when somebody else changed it meanwhile."""

    version = serializers.IntegerField(required=False)


class AccountsView(IdempotentView, GenericAPIView[Any]):
    """The accounts of the token's scope, newest first."""

    scopes = {"GET": Permission.ACCOUNT_VIEW, "POST": Permission.ACCOUNT_EDIT}
    serializer_class = AccountOut

    def get_queryset(self) -> QuerySet[Account]:
        asked = self.request.query_params
        rows = selectors.accounts_visible()
        if asked.get("kind"):
            rows = rows.filter(kind=asked["kind"])
        if asked.get("parent"):
            rows = rows.filter(parent__public_id=asked["parent"])
        if asked.get("number"):
            rows = rows.filter(number=asked["number"])
        return rows.filter(selectors.accounts_matching(asked["q"])) if asked.get("q") else rows

    @extend_schema(
        operation_id="accounts_list",
        parameters=[
            OpenApiParameter("kind", str, enum=AccountKind.values),
            OpenApiParameter("parent", str, description="A reseller's id: its end customers."),
            OpenApiParameter("number", str),
            OpenApiParameter("q", str, description="Part of the name or e-mail, or the number."),
        ],
        responses=AccountOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(AccountOut(page, many=True).data)

    @extend_schema(
        operation_id="accounts_create",
        parameters=[IDEMPOTENCY],
        request=AccountCreate,
        responses={201: AccountOut},
    )
    def post(self, request: Request) -> Response:
        def create() -> Response:
            values = valid(AccountCreate, request)
            account = account_create(
                organization=organization_of(actor_of(request)),
                actor=actor_of(request),
                parent=_parent(actor_of(request), values.pop("parent", None)),
                **_with_payment_method(values),
            )
            return Response(AccountOut(account).data, status=status.HTTP_201_CREATED)

        return self.write(request, create)


class AccountView(IdempotentView):
    """One account."""

    scopes = {"GET": Permission.ACCOUNT_VIEW, "PATCH": Permission.ACCOUNT_EDIT}

    @extend_schema(operation_id="accounts_retrieve", responses=AccountOut)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(AccountOut(access_account(actor_of(request), public_id)).data)

    @extend_schema(
        operation_id="accounts_edit",
        parameters=[IDEMPOTENCY],
        request=AccountEdit,
        responses=AccountOut,
    )
    def patch(self, request: Request, public_id: str) -> Response:
        def edit() -> Response:
            actor = actor_of(request)
            account = access_account(actor, public_id, Permission.ACCOUNT_EDIT)
            values = valid(AccountEdit, request)
            account_edit(
                account=account,
                version=values.pop("version", None),
                actor=actor,
                **_with_payment_method(values),
            )
            return Response(AccountOut(account).data)

        return self.write(request, edit)


class ContactsView(IdempotentView, GenericAPIView[Any]):
    """The contacts of the token's scope, newest first."""

    scopes = {"GET": Permission.ACCOUNT_VIEW, "POST": Permission.CONTACT_EDIT}
    serializer_class = ContactOut

    def get_queryset(self) -> QuerySet[Contact]:
        asked = self.request.query_params
        rows = Contact.objects.select_related("account")
        if asked.get("account"):
            rows = rows.filter(account__public_id=asked["account"])
        if asked.get("q"):
            text = asked["q"]
            rows = rows.filter(
                Q(last_name__icontains=text)
                | Q(first_name__icontains=text)
                | Q(email__icontains=text)
            )
        return rows

    @extend_schema(
        operation_id="contacts_list",
        parameters=[
            OpenApiParameter("account", str, description="An account's id: its contacts."),
            OpenApiParameter("q", str, description="Part of a name or of the e-mail."),
        ],
        responses=ContactOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ContactOut(page, many=True).data)

    @extend_schema(
        operation_id="contacts_create",
        parameters=[IDEMPOTENCY],
        request=ContactCreate,
        responses={201: ContactOut},
    )
    def post(self, request: Request) -> Response:
        def create() -> Response:
            actor, values = actor_of(request), valid(ContactCreate, request)
            account = _named(actor, values.pop("account"), "account", Permission.CONTACT_EDIT)
            contact = contact_create(account=account, actor=actor, **values)
            return Response(ContactOut(contact).data, status=status.HTTP_201_CREATED)

        return self.write(request, create)


class ContactView(IdempotentView):
    """One contact."""

    scopes = {"GET": Permission.ACCOUNT_VIEW, "PATCH": Permission.CONTACT_EDIT}

    @extend_schema(operation_id="contacts_retrieve", responses=ContactOut)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(ContactOut(access_contact(actor_of(request), public_id)).data)

    @extend_schema(
        operation_id="contacts_edit",
        parameters=[IDEMPOTENCY],
        request=ContactEdit,
        responses=ContactOut,
    )
    def patch(self, request: Request, public_id: str) -> Response:
        def edit() -> Response:
            actor = actor_of(request)
            contact = access_contact(actor, public_id, Permission.CONTACT_EDIT)
            values = valid(ContactEdit, request)
            contact_edit(
                contact=contact, version=values.pop("version", None), actor=actor, **values
            )
            return Response(ContactOut(contact).data)

        return self.write(request, edit)


def actor_of(request: Request) -> Actor:
    """Who calls, as the token's authentication found out."""
    return request._request.actor  # type: ignore[attr-defined]


def organization_of(actor: Actor) -> Organization:
    """The organization a token works in."""
    return Organization.objects.get(pk=actor.organization_id or 0)


def valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body's values. Raises ValidationError by field."""
    bound = serializer(data=request.data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def _parent(actor: Actor, public_id: str | None) -> Account | None:
    return _named(actor, public_id, "parent", Permission.ACCOUNT_VIEW) if public_id else None


def _named(actor: Actor, public_id: str, field: str, permission: Permission) -> Account:
    """The account that a body names; one outside the scope is an error on that field."""
    try:
        return access_account(actor, public_id, permission)
    except NotFound as error:
        raise Invalid(_("There is no such account."), field=field, code="NOT_FOUND") from error


def _with_payment_method(values: dict[str, Any]) -> dict[str, Any]:
    asked = values.get("payment_method")
    if asked:
        method = selectors.payment_methods().filter(public_id=asked).first()
        if method is None:
            raise Invalid(
                _("There is no such payment method."), field="payment_method", code="NOT_FOUND"
            )
        values["payment_method"] = method
    return values
