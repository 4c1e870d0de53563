"""What staff do to one login, of a storefront user or of a colleague: one button each in the row's menu."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Membership
from bss.accounts.services import (
    membership_activate,
    membership_deactivate,
    membership_invite_again,
)
from bss.ui.generic import Screen


class LoginDo(Screen):
    """Invite again, deactivate, activate."""

    verbs = {
        "invite": (membership_invite_again, _("The invitation is on its way again.")),
        "deactivate": (membership_deactivate, _("The login is deactivated.")),
        "activate": (membership_activate, _("The login is active again.")),
    }

    def get_membership(self, public_id: str) -> Membership:
        """The login, through access.py."""
        raise NotImplementedError

    def list_url(self, membership: Membership) -> str:
        """The list that the button stands in."""
        raise NotImplementedError

    def post(self, request: HttpRequest, public_id: str, verb: str) -> HttpResponseBase:
        membership = self.get_membership(public_id)
        service, done = self.verbs[verb]
        service(membership=membership, actor=self.actor)
        messages.success(request, done)
        return HttpResponseRedirect(self.list_url(membership))
