"""Raw data for the operator's superusers. Everything is read-only but the logins' switches.

Accounts are changed in the portal: there every change has its history.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from bss.accounts.models import (
    Account,
    ApiToken,
    Contact,
    Membership,
    Organization,
    PaymentMethod,
    Storefront,
    User,
)


class RawAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of every tenant, to look at."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._base_manager.all()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        hidden = set(self.exclude or ())
        return [f.name for f in self.model._meta.concrete_fields if f.name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        # Every field: a choice of related rows would be read through a manager that wants a scope.
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Organization)
class OrganizationAdmin(RawAdmin):
    list_display = ("name", "parent_id", "country", "currency", "require_mfa")
    search_fields = ("name",)


@admin.register(Account)
class AccountAdmin(RawAdmin):
    list_display = ("number", "name", "kind", "scope", "is_active")
    search_fields = ("name", "number")


@admin.register(Contact)
class ContactAdmin(RawAdmin):
    list_display = ("full_name", "email", "scope")
    search_fields = ("last_name", "email")


@admin.register(Membership)
class MembershipAdmin(RawAdmin):
    list_display = ("user_id", "kind", "staff_role", "user_type", "scope", "is_active")


@admin.register(Storefront)
class StorefrontAdmin(RawAdmin):
    list_display = ("name", "host", "alias", "state", "organization_id")
    search_fields = ("name", "alias", "host")


@admin.register(PaymentMethod)
class PaymentMethodAdmin(RawAdmin):
    list_display = ("name", "kind", "payment_days", "organization_id")


@admin.register(ApiToken)
class ApiTokenAdmin(RawAdmin):
    list_display = ("name", "prefix", "scope", "expires_at", "revoked_at", "last_used_at")
    exclude = ("digest",)


@admin.register(User)
class UserAdmin(RawAdmin):
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login")
    search_fields = ("email", "name")
    exclude = ("password",)
    switches = ("is_active", "is_staff", "is_superuser")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [name for name in self.get_fields(request, obj) if name not in self.switches]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))
