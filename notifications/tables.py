"""The mail log as a table, and its filters."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from bss.ui.slots import url_of
from bss.ui.tables import Column, Table
from notifications import kinds
from notifications.choices import DeliveryState
from notifications.models import Delivery


class DeliveryTable(Table):
    """One row an e-mail."""

    subject = Column("subject", _("Subject"), link=True)
    kind = Column(lambda row: kinds.title_of(row.kind), _("Kind"))
    recipient = Column("recipient", _("To"), sortable=True)
    state = Column("state", _("State"), kind="badge")
    attempts = Column("attempts", _("Tries"), kind="number", hidden_by_default=True)
    last_error = Column("last_error", _("Last answer"), hidden_by_default=True)
    created_at = Column("created_at", _("Written"), kind="when", sortable=True)
    sent_at = Column("sent_at", _("Sent"), kind="when")
    caption = _("E-mails")

    def row_url(self, row: Any) -> str:
        return url_of("notifications:detail", row)

    def row_label(self, row: Any) -> str:
        return str(row.subject)


def _kind_choices() -> list[tuple[str, Any]]:
    return [(kind.code, kind.title) for kind in kinds.registered()]


class DeliveryFilter(django_filters.FilterSet):
    """By state, kind and recipient."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=DeliveryState.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=_kind_choices)
    recipient = django_filters.CharFilter(label=_("To"), lookup_expr="iexact")

    class Meta:
        model = Delivery
        fields: list[str] = []
