"""Lines that need somebody: the missing answer, another try, giving one up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.core.errors import Conflict
from bss.orders import selectors, services
from bss.orders.access import access_order_line
from bss.orders.choices import LineState
from bss.orders.forms.lines import SpecsForm
from bss.orders.models import OrderLine
from bss.orders.views.orders import order_crumbs, order_url
from bss.ui.components import Crumb
from bss.ui.generic import FormView, Screen


class LineAnswer(FormView):
    """Gives a waiting or failed line what it needs, and has it tried again."""

    permission = Permission.ORDER_EXECUTE
    form_class = SpecsForm
    submit_label = _("Save and try again")
    success_message = _("It is being tried again.")

    def prepare(self) -> None:
        self.line = access_order_line(
            self.actor, self.kwargs["public_id"], Permission.ORDER_EXECUTE
        )
        if self.line.state not in {LineState.NEEDS_INPUT, LineState.FAILED}:
            raise Conflict(
                _t("%(item)s needs nothing at the moment.") % {"item": self.line.product_name},
                code="NOTHING_ASKED",
            )
        self.intro = self.line.problem_text

    def get_title(self) -> Any:
        return self.line.friendly_name or self.line.product_name

    def crumbs(self) -> Sequence[Crumb]:
        return order_crumbs(self.line.order)

    def form_kwargs(self) -> Mapping[str, Any]:
        return {
            "specs": selectors.correction_specs(self.line, staff=True),
            "answers": self.line.parameters,
        }

    def save(self, form: Any) -> OrderLine:
        return services.line_retry(line=self.line, parameters=form.answers(), actor=self.actor)

    def success_url(self, result: OrderLine) -> str:
        return order_url(self.line.order)


class LineCancel(Screen):
    """Gives one line up; the rest of the order goes on."""

    permission = Permission.ORDER_EXECUTE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        line = access_order_line(self.actor, public_id, Permission.ORDER_EXECUTE)
        services.line_cancel(line=line, actor=self.actor)
        messages.success(request, _t("%(item)s is given up.") % {"item": line.product_name})
        return HttpResponseRedirect(reverse("orders:detail", args=[line.order.public_id]))
