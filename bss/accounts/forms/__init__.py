"""Forms of accounts: they clean, and the view calls the service."""

from bss.accounts.forms.accounts import (
    AccountCreateForm,
    AccountEditForm,
    ContactForm,
    ImportForm,
    InviteForm,
)
from bss.accounts.forms.organizations import (
    OrganizationForm,
    PaymentMethodForm,
    StaffInviteForm,
    StaffRoleForm,
    TenantForm,
    TokenForm,
)
from bss.accounts.forms.pictures import clean_logo

__all__ = [
    "AccountCreateForm",
    "AccountEditForm",
    "ContactForm",
    "ImportForm",
    "InviteForm",
    "OrganizationForm",
    "PaymentMethodForm",
    "StaffInviteForm",
    "StaffRoleForm",
    "TenantForm",
    "TokenForm",
    "clean_logo",
]
