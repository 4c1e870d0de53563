"""Which account buys from which price list, from both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.access import access_account
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.catalog import selectors, services
from bss.catalog.access import access_price_list
from bss.catalog.forms.price_lists import AccountNumberForm, AssignForm
from bss.catalog.models import PriceList
from bss.core.errors import Invalid
from bss.ui.components import Crumb
from bss.ui.generic import EditView


class AccountPriceList(EditView):
    """Opened from an account: which list it buys from."""

    permission = Permission.ACCOUNT_EDIT
    title = _("Price list")
    form_class = AssignForm
    consequence = _("Its next orders are priced by this list; what it has keeps its price.")
    object: Account

    def get_object(self) -> Account:
        return access_account(self.actor, self.kwargs["public_id"], Permission.ACCOUNT_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(self.object.name, self.success_url(None))]

    def initial(self) -> Mapping[str, Any]:
        assigned = selectors.assignment_of(self.object)
        return {"price_list": assigned.price_list.public_id if assigned else ""}

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"account": self.object}

    def save(self, form: Any) -> Account:
        services.price_list_assign(
            account=self.object, price_list=form.cleaned_data["price_list"], actor=self.actor
        )
        return self.object

    def success_url(self, result: Any) -> str:
        return reverse("accounts:detail", args=[self.object.public_id])


class PriceListAccountAdd(EditView):
    """Opened from a price list: one more account that buys from it."""

    permission = Permission.ACCOUNT_EDIT
    title = _("Assign an account")
    form_class = AccountNumberForm
    submit_label = _("Assign")
    success_message = _("Assigned.")
    object: PriceList

    def get_object(self) -> PriceList:
        return access_price_list(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(self.object.name, self.success_url(None))]

    def initial(self) -> Mapping[str, Any]:
        return {}

    def save(self, form: Any) -> PriceList:
        account = selectors.account_called(form.cleaned_data["account"])
        if account is None:
            raise Invalid(
                _("No account has this number or name."), field="account", code="ACCOUNT_UNKNOWN"
            )
        try:
            services.price_list_assign(account=account, price_list=self.object, actor=self.actor)
        except Invalid as problem:
            raise Invalid(problem.message, field="account", code=problem.code) from problem
        return self.object

    def success_url(self, result: Any) -> str:
        return f"{reverse('catalog:price-list-detail', args=[self.object.public_id])}?tab=accounts"
