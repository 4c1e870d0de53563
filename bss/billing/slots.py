"""What billing puts on the surfaces: navigation, search, an account's and a subscription's panels, history in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing import selectors
from bss.billing.choices import InvoiceState
from bss.billing.models import CreditNote, Invoice
from bss.billing.tables import credit_note_badge, invoice_badge
from bss.billing.views.runs import run_back
from bss.core.actor import Actor
from bss.subscriptions.models import Subscription
from bss.ui import slots, timeline
from bss.ui.components import Attention, Button, Confirm, badge_of
from bss.ui.generic.work import RunKind
from bss.ui.slots import Action, AttentionSource, NavItem, Panel, SearchHit, SearchSource, TabItem

_MOST_COUNTED = 100
VIEW, EDIT = Permission.BILLING_VIEW, Permission.BILLING_EDIT


def register() -> None:
    """Fill the slots; called once when the app is ready."""
    section = _("Billing")
    slots.register(
        "portal.nav",
        NavItem(
            _("Invoices"), "billing:invoices", "document-text", section, VIEW, count=_drafts,
            order=400, matches=("billing:invoice",),
        ),
        NavItem(
            _("Credit notes"), "billing:credit-notes", "receipt-refund", section, VIEW, order=410,
            matches=("billing:credit-note",),
        ),
        NavItem(
            _("Billing runs"), "billing:runs", "play", section, VIEW, order=420,
            matches=("billing:run",),
        ),
    )  # fmt: skip
    slots.register(
        "portal.search",
        SearchSource(_("Invoices"), _found, permission=VIEW, order=60),
    )
    slots.register("run.kinds", RunKind(selectors.BILLING_RUN, VIEW, back=run_back, manage=EDIT))
    slots.register("invoice.actions", *_document_actions("billing:invoice"), *_draft_actions())
    slots.register("credit_note.actions", *_document_actions("billing:credit-note"))
    slots.register(
        "account.actions",
        Action(
            _("Bill now"), "billing:account-bill", icon="banknotes", permission=EDIT, method="post",
            visible=_is_payer, confirm=_confirm_bill, order=60,
        ),
    )  # fmt: skip
    slots.register(
        "account.tabs",
        TabItem(
            "billing", _("Billing"), "billing/_account.html", _of_account, permission=VIEW, order=60
        ),
    )
    slots.register("account.attention", AttentionSource(_drafts_of, permission=VIEW, order=50))
    slots.register(
        "subscription.panels",
        Panel("billing/_schedule.html", _schedule, permission=VIEW, order=30),
    )
    slots.register(
        "storefront.subscription.panels",
        Panel(
            "billing/_schedule_shop.html", _schedule, permission=Permission.SUBSCRIPTION_VIEW,
            order=30,
        ),
    )  # fmt: skip
    _words()


def _document_actions(name: str) -> list[Action]:
    return [
        Action(_("Lines as CSV"), f"{name}-csv", icon="arrow-down-tray", permission=VIEW, order=20)
    ]


def _draft_actions() -> list[Action]:
    return [
        Action(
            _("Issue all the same"), "billing:invoice-issue", icon="check", kind="primary",
            permission=EDIT, method="post", visible=_is_draft, order=10,
            confirm=Confirm(
                _("Issue this invoice"),
                _("It is sent to the payer as it stands. It cannot be taken back, only corrected."),
                _("Issue it"),
            ),
        ),
        Action(
            _("Void the draft"), "billing:invoice-void", icon="trash", kind="danger",
            permission=EDIT, method="post", visible=_is_draft, order=90,
            confirm=Confirm(
                _("Void this draft"),
                _("What it would charge stays due: the next billing run looks at it again."),
                _("Void it"),
            ),
        ),
    ]  # fmt: skip


def _is_draft(_actor: Actor, invoice: Invoice) -> bool:
    return invoice.state == InvoiceState.DRAFT


def _is_payer(_actor: Actor, account: Account) -> bool:
    return not account.is_end_customer


def _confirm_bill(account: Account) -> Confirm:
    return Confirm(
        _("Bill %(name)s now") % {"name": account.name},
        _("Everything that is due today is billed, without waiting for day %(day)d of the month.")
        % {"day": account.billing_day},
        _("Bill now"),
    )


def _drafts(request: HttpRequest) -> int:
    return selectors.count_drafts(_MOST_COUNTED)


def _drafts_of(request: HttpRequest, account: Account) -> Iterable[Attention]:
    for draft in selectors.drafts_of(account)[:5]:
        yield Attention(
            _("An invoice was held back"),
            selectors.why_held(draft),
            button=Button(_("Look at it"), reverse("billing:invoice", args=[draft.public_id])),
            code="INVOICE_HELD",
        )


def _found(request: HttpRequest, text: str) -> Iterable[SearchHit]:
    actor = slots.actor_of(request)
    rows = selectors.invoices_visible(actor).filter(
        Q(number__icontains=text) | Q(payer__name__icontains=text)
    )
    for invoice in rows.exclude(number="")[:5]:
        url = reverse("billing:invoice", args=[invoice.public_id])
        yield SearchHit(invoice.number, url, _("Invoice"), invoice.payer.name)
    for note in selectors.credit_notes_visible(actor).filter(number__icontains=text)[:5]:
        url = reverse("billing:credit-note", args=[note.public_id])
        yield SearchHit(note.number, url, _("Credit note"), note.payer.name)


def _of_account(request: HttpRequest, account: Account) -> dict[str, Any]:
    invoices, notes = selectors.documents_of(account)
    return {
        "account": account,
        "is_payer": not account.is_end_customer,
        "upcoming": selectors.upcoming_of(account),
        "credits": list(selectors.credits_waiting(account)[:_MOST_COUNTED]),
        "documents": [
            *((each, invoice_badge(each), _page("billing:invoice", each)) for each in invoices),
            *(
                (each, credit_note_badge(each), _page("billing:credit-note", each))
                for each in notes
            ),
        ],
        "all_url": f"{reverse('billing:invoices')}?q={account.number}",
    }


def _page(name: str, document: Invoice | CreditNote) -> str:
    return reverse(name, args=[document.public_id])


def _schedule(request: HttpRequest, subscription: Subscription) -> Mapping[str, Any] | None:
    actor = slots.actor_of(request)
    lots = selectors.schedule_of(subscription, actor)
    if not lots:
        return None
    return {
        "lots": [
            (
                lot,
                [
                    (each, badge_of(each.row.state, each.row.get_state_display()))
                    for each in lot.rows
                ],
            )
            for lot in lots
        ],
        "given_back": selectors.credits_of(subscription, actor),
        "may_open": actor.can(VIEW),
    }


def _words() -> None:
    tell = timeline.describe
    tell("invoice.issue", _("Invoice issued"), kind="order", tone="info")
    tell("invoice.hold", _("Held back"), kind="order", tone="warning")
    tell("invoice.settle", _("Invoice settled"), kind="order", tone="success")
    tell("invoice.void", _("Draft voided"), kind="staff")
    tell("creditnote.issue", _("Credit note issued"), kind="order", tone="info")
    tell("creditnote.use_up", _("Credit note used up"), kind="order")
    tell("order.unbilled", _("Not billed yet"), kind="order", tone="warning")
