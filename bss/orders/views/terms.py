"""The terms buyers accept: versions, the newest one counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.orders import selectors, services
from bss.orders.forms.orders import TermsForm
from bss.orders.models import TermsVersion
from bss.ui.components import Button, Crumb, EmptyState
from bss.ui.generic import FormView, ListView
from bss.ui.tables import Column, Table


class TermsTable(Table):
    version = Column("version", _("Version"))
    published_at = Column("published_at", _("Published"), kind="when")
    text = Column(lambda row: row.text[:120], _("Begins with"))


class TermsList(ListView):
    permission = Permission.ORGANIZATION_EDIT
    title = _("Terms of sale")
    intro = _(
        "Buyers accept the newest version at Place order; each order keeps the one it was placed under."
    )
    table = TermsTable
    exportable = False
    key_field = "pk"

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No terms yet"),
            _("Without terms, orders are placed without asking for them."),
            self.primary_action(),
            "document-text",
        )

    def queryset(self) -> QuerySet[TermsVersion]:
        return selectors.terms_versions()

    def primary_action(self) -> Button:
        return Button(_("Publish a version"), reverse("orders:terms-publish"), "plus", "primary")


class TermsPublish(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = _("Publish terms of sale")
    form_class = TermsForm
    submit_label = _("Publish")
    consequence = _(
        "From now on buyers accept this version. What was accepted before stays as it was."
    )
    success_message = _("Version %(it)s is published.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Terms of sale"), reverse("orders:terms"))]

    def initial(self) -> Mapping[str, Any]:
        newest = selectors.terms_versions().first()
        return {"text": newest.text} if newest else {}

    def save(self, form: Any) -> TermsVersion:
        return services.terms_publish(
            organization_id=self.actor.organization_id or 0, actor=self.actor, **form.cleaned_data
        )

    def success_url(self, result: TermsVersion) -> str:
        return reverse("orders:terms")
