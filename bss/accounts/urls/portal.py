"""The portal's addresses of accounts."""

from django.urls import path, register_converter

from bss.accounts.views.portal import (
    accounts,
    contacts,
    imports,
    organizations,
    payment_methods,
    staff,
    tokens,
)


class _AccountVerb:
    regex = "activate|deactivate"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class _LoginVerb(_AccountVerb):
    regex = "invite|activate|deactivate"


register_converter(_AccountVerb, "account_verb")
register_converter(_LoginVerb, "login_verb")

app_name = "accounts"
urlpatterns = [
    path("accounts/", accounts.AccountList.as_view(), name="list"),
    path("accounts/new/", accounts.AccountCreate.as_view(), name="create"),
    path("accounts/imports/", imports.ImportList.as_view(), name="imports"),
    path("accounts/imports/new/", imports.ImportCreate.as_view(), name="import_create"),
    path("accounts/imports/<slug:public_id>/", imports.ImportReport.as_view(), name="import"),
    path(
        "accounts/imports/<slug:public_id>/progress/",
        imports.ImportProgress.as_view(),
        name="import_progress",
    ),
    path(
        "accounts/imports/<slug:public_id>/check/",
        imports.ImportRun.as_view(dry_run=True),
        name="import_check",
    ),
    path("accounts/imports/<slug:public_id>/run/", imports.ImportRun.as_view(), name="import_run"),
    path(
        "accounts/imports/<slug:public_id>/stop/",
        imports.ImportCancel.as_view(),
        name="import_cancel",
    ),
    path("accounts/<slug:public_id>/", accounts.AccountDetail.as_view(), name="detail"),
    path("accounts/<slug:public_id>/edit/", accounts.AccountEdit.as_view(), name="edit"),
    path("accounts/<slug:public_id>/view-as/", accounts.ViewAs.as_view(), name="view_as"),
    path(
        "accounts/<slug:public_id>/contacts/new/",
        contacts.ContactCreate.as_view(),
        name="contact_create",
    ),
    path("accounts/<slug:public_id>/<account_verb:verb>/", accounts.AccountDo.as_view(), name="do"),
    path("contacts/<slug:public_id>/", contacts.ContactEdit.as_view(), name="contact_edit"),
    path("contacts/<slug:public_id>/invite/", contacts.UserInvite.as_view(), name="user_invite"),
    path("users/<slug:public_id>/", contacts.UserEdit.as_view(), name="user_edit"),
    path("users/<slug:public_id>/<login_verb:verb>/", contacts.UserDo.as_view(), name="user_do"),
    path(
        "organization/switch/",
        organizations.OrganizationSwitch.as_view(),
        name="organization_switch",
    ),
    path("setup/organizations/", organizations.OrganizationList.as_view(), name="organizations"),
    path("setup/organizations/new/", organizations.TenantCreate.as_view(), name="tenant_create"),
    path(
        "setup/organizations/<slug:public_id>/",
        organizations.OrganizationDetail.as_view(),
        name="organization",
    ),
    path(
        "setup/organizations/<slug:public_id>/edit/",
        organizations.OrganizationEdit.as_view(),
        name="organization_edit",
    ),
    path("setup/staff/", staff.StaffList.as_view(), name="staff"),
    path("setup/staff/invite/", staff.StaffInvite.as_view(), name="staff_invite"),
    path("setup/staff/<slug:public_id>/", staff.StaffEdit.as_view(), name="staff_edit"),
    path(
        "setup/staff/<slug:public_id>/<login_verb:verb>/", staff.StaffDo.as_view(), name="staff_do"
    ),
    path(
        "setup/payment-methods/",
        payment_methods.PaymentMethodList.as_view(),
        name="payment_methods",
    ),
    path(
        "setup/payment-methods/new/",
        payment_methods.PaymentMethodCreate.as_view(),
        name="payment_method_create",
    ),
    path(
        "setup/payment-methods/<slug:public_id>/",
        payment_methods.PaymentMethodEdit.as_view(),
        name="payment_method_edit",
    ),
    path(
        "setup/payment-methods/<slug:public_id>/delete/",
        payment_methods.PaymentMethodDelete.as_view(),
        name="payment_method_delete",
    ),
    path("setup/tokens/", tokens.TokenList.as_view(), name="tokens"),
    path("setup/tokens/new/", tokens.TokenCreate.as_view(), name="token_create"),
    path(
        "setup/tokens/<slug:public_id>/revoke/", tokens.TokenRevoke.as_view(), name="token_revoke"
    ),
]
