"""The sign-in pages that are ours: activation, and the reset link with the person's e-mail on it."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.views import PasswordResetFromKeyView, ReauthenticateView
from allauth.core import ratelimit
from allauth.mfa.base import views as mfa_views
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bss.accounts.contracts import Surface
from bss.accounts.forms.sign_in import ActivationForm
from bss.accounts.links import membership_activating
from bss.accounts.models import Membership
from bss.accounts.services import membership_password_set


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class Activate(View):
    """An invited person sets its first password."""

    membership: Membership

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        limited = ratelimit.consume_or_429(request, action="reset_password_from_key")
        if limited:
            return limited
        membership = membership_activating(kwargs["key"])
        if membership is None or not _belongs(membership, request.surface):  # type: ignore[attr-defined]
            return render(request, "account/activate_failed.html", status=404)
        self.membership = membership
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self._page(ActivationForm(user=self.membership.user))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        form = ActivationForm(request.POST, user=self.membership.user)
        if not form.is_valid():
            return self._page(form, status=400)
        membership_password_set(membership=self.membership, password=form.cleaned_data["password1"])
        messages.success(request, _("Your password is set. Sign in with it."))
        return HttpResponseRedirect(reverse("account_login"))

    def _page(self, form: ActivationForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "membership": self.membership, "title": _("Set your password")}
        return render(self.request, "account/activate.html", context, status=status)


class PasswordResetFromKey(PasswordResetFromKeyView):
    """allauth's page, which also names whose password it is."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = getattr(self, "reset_user", None)
        return {**super().get_context_data(**kwargs), "email": user.email if user else ""}


class _Again:
    """allauth would do a suspended POST after the question, and looks for its view without the script prefix: nothing
    is found below /portal/ or an alias. The person goes back to the page and presses the button again."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session.pop(STATE_SESSION_KEY, None)
        return super().form_valid(form)  # type: ignore[misc]


class PasswordAgain(_Again, ReauthenticateView):
    """The password once more, before something that matters."""


class CodeAgain(_Again, mfa_views.ReauthenticateView):
    """The second factor once more, before something that matters."""


def _belongs(membership: Membership, surface: Surface) -> bool:
    if membership.storefront is None:
        return surface.kind == "portal"
    return surface.storefront == membership.storefront
