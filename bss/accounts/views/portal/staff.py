"""The staff of one's own organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts import selectors
from bss.accounts.access import access_staff
from bss.accounts.forms import StaffInviteForm, StaffRoleForm
from bss.accounts.models import Membership
from bss.accounts.permissions import Permission
from bss.accounts.services import (
    staff_invite,
    staff_role_set,
)
from bss.accounts.tables import StaffTable
from bss.accounts.views.portal.logins import LoginDo
from bss.ui.components import Button, Crumb
from bss.ui.generic import FormView, ListView


class StaffList(ListView):
    permission = Permission.USER_MANAGE
    title = gettext_lazy("Staff")
    table = StaffTable
    search = ("user__name", "user__email")
    intro = gettext_lazy("Who works in this portal, and what each may do.")

    def queryset(self) -> QuerySet[Membership]:
        return selectors.staff_of(self.request.membership.organization)  # type: ignore[attr-defined]

    def primary_action(self) -> Button | None:
        return Button(_("Invite somebody"), reverse("accounts:staff_invite"), "plus", "primary")


class StaffScreen(FormView):
    permission = Permission.USER_MANAGE

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Staff"), reverse("accounts:staff"))]

    def success_url(self, result: Membership) -> str:
        return reverse("accounts:staff")


class StaffInvite(StaffScreen):
    title = gettext_lazy("Invite somebody")
    form_class = StaffInviteForm
    submit_label = gettext_lazy("Send the invitation")
    success_message = gettext_lazy("An e-mail with a link to set a password is on its way.")

    def save(self, form: StaffInviteForm) -> Membership:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return staff_invite(organization=organization, actor=self.actor, **form.cleaned_data)


class StaffEdit(StaffScreen):
    form_class = StaffRoleForm
    success_message = gettext_lazy("Saved.")
    object: Membership

    def prepare(self) -> None:
        self.object = access_staff(self.actor, self.kwargs["public_id"])

    def get_title(self) -> str:
        return self.object.user.get_full_name()

    def initial(self) -> Mapping[str, Any]:
        return {"role": self.object.staff_role}

    def save(self, form: StaffRoleForm) -> Membership:
        return staff_role_set(
            membership=self.object, role=form.cleaned_data["role"], actor=self.actor
        )


class StaffDo(LoginDo):
    permission = Permission.USER_MANAGE

    def get_membership(self, public_id: str) -> Membership:
        return access_staff(self.actor, public_id)

    def list_url(self, membership: Membership) -> str:
        return reverse("accounts:staff")
