"""Columns of the Storefront's lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import StorefrontRole, UserType
from bss.ui.components import Badge, Button, Confirm
from bss.ui.tables import Column, Table


def _roles(membership: Any) -> str:
    if membership.user_type == UserType.ADMIN:
        return str(UserType.ADMIN.label)
    return ", ".join(str(StorefrontRole(role).label) for role in membership.roles) or "—"


class UserTable(Table):
    """Who of a company signs in."""

    name = Column("contact__full_name", _("Name"), link=True)
    email = Column("user__email", _("E-mail"))
    roles = Column(_roles, _("May do"))
    active = Column(
        lambda m: Badge(_("Active"), "success") if m.is_active else Badge(_("Ended")),
        _("Login"),
        kind="badge",
    )

    def row_url(self, row: Any) -> str:
        return reverse("storefront:user", args=[row.public_id])


class TokenTable(Table):
    """Keys to the API."""

    name = Column("name", _("Name"))
    prefix = Column("prefix", _("Begins with"))
    scopes = Column(lambda token: ", ".join(token.scopes), _("May"))
    used = Column("last_used_at", _("Last used"), kind="when")
    state = Column(
        lambda t: Badge(_("Revoked")) if t.revoked_at else Badge(_("Active"), "success"),
        _("State"),
        kind="badge",
    )

    def row_actions(self, row: Any) -> Sequence[Button]:
        if row.revoked_at:
            return []
        confirm = Confirm(
            _("Revoke the key “%(name)s”") % {"name": row.name},
            _("Programs that use it are refused from now on."),
            _("Revoke it"),
        )
        url = reverse("storefront:token-revoke", args=[row.public_id])
        return [Button(_("Revoke"), url, kind="danger", method="post", confirm=confirm)]
