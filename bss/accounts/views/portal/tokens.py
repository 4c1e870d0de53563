"""Keys to the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts import selectors
from bss.accounts.access import access_token
from bss.accounts.forms import TokenForm
from bss.accounts.links import api_docs_url
from bss.accounts.models import ApiToken
from bss.accounts.permissions import Permission
from bss.accounts.services import token_create, token_revoke
from bss.accounts.tables import TokenTable
from bss.ui.components import Button, Crumb, EmptyState
from bss.ui.generic import FormView, ListView, Screen


class TokenList(ListView):
    permission = Permission.TOKEN_MANAGE
    title = gettext_lazy("API tokens")
    table = TokenTable
    exportable = False
    intro = gettext_lazy("Keys with which other software reads and writes here.")
    empty = EmptyState(
        gettext_lazy("No tokens yet"),
        gettext_lazy("A token lets other software call the API, for what you tick and no more."),
        icon="key",
    )

    def queryset(self) -> QuerySet[ApiToken]:
        return selectors.api_tokens()

    def primary_action(self) -> Button | None:
        return Button(_("New token"), reverse("accounts:token_create"), "plus", "primary")


class TokenCreate(FormView):
    """The answer to the form shows the token, once; it is kept nowhere."""

    permission = Permission.TOKEN_MANAGE
    title = gettext_lazy("New token")
    form_class = TokenForm
    submit_label = gettext_lazy("Make the token")
    text: str = ""

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("API tokens"), reverse("accounts:tokens"))]

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"actor": self.actor}

    def save(self, form: TokenForm) -> ApiToken:
        values = form.cleaned_data
        token, self.text = token_create(
            organization=self.request.membership.organization,  # type: ignore[attr-defined]
            name=values["name"],
            scopes=values["scopes"],
            account=values["account"],
            expires_at=form.expires_at(),
            actor=self.actor,
        )
        return token

    def success_url(self, result: ApiToken) -> str:
        return reverse("accounts:tokens")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().post(request, *args, **kwargs)
        if not self.text:
            return response
        context = {"text": self.text, "docs_url": api_docs_url()}
        answer = self.page(context, template="accounts/token_created.html")
        answer["Cache-Control"] = "no-store"
        return answer


class TokenRevoke(Screen):
    permission = Permission.TOKEN_MANAGE

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        token = token_revoke(token=access_token(self.actor, public_id), actor=self.actor)
        messages.success(request, _("%(name)s was revoked.") % {"name": token.name})
        return redirect("accounts:tokens")
