"""What billing puts on the surfaces: navigation, search, an account's and a subscription's panels, history in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing import selectors, services
from bss.billing.choices import InvoiceState, LadderStep
from bss.billing.models import CreditNote, Invoice
from bss.billing.tables import credit_note_badge, invoice_badge
from bss.billing.views.payment_imports import import_back, import_crumbs
from bss.billing.views.payments import record_url
from bss.billing.views.runs import run_back, run_crumbs
from bss.core import clock
from bss.core.actor import Actor
from bss.subscriptions.choices import SubscriptionState
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
            _("Invoices"), "billing:invoices", "document-text", section, VIEW,
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
        NavItem(
            _("Payments"), "billing:payments", "banknotes", section, VIEW, order=430,
            matches=("billing:payment",),
        ),
    )  # fmt: skip
    slots.register(
        "portal.search",
        SearchSource(_("Invoices"), _found, permission=VIEW, order=60),
    )
    slots.register(
        "run.kinds",
        RunKind(selectors.BILLING_RUN, VIEW, back=run_back, manage=EDIT, crumbs=run_crumbs),
    )
    slots.register("invoice.actions", *_document_actions("billing:invoice"), *_draft_actions())
    _settling()
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
        "subscription.tabs",
        TabItem(
            "payments",
            _("Payments"),
            "billing/_schedule.html",
            _schedule,
            permission=VIEW,
            order=30,
        ),
    )
    slots.register(
        "storefront.subscription.panels",
        Panel(
            "billing/_schedule_shop.html", _schedule, permission=Permission.SUBSCRIPTION_VIEW,
            order=30,
        ),
    )  # fmt: skip
    _words()


def _settling() -> None:
    """Payments, what is owed, and what happens to those who do not pay."""
    slots.register(
        "run.kinds",
        RunKind(services.PAYMENT_IMPORT, EDIT, back=import_back, manage=EDIT, crumbs=import_crumbs),
    )
    slots.register(
        "invoice.actions",
        Action(
            _("Record a payment"), _record_for, icon="banknotes", permission=EDIT,
            visible=_is_open, order=15,
        ),
    )  # fmt: skip
    slots.register(
        "invoice.tabs",
        TabItem(
            "payments", _("Payments"), "billing/_settled.html", _settled, permission=VIEW, order=20
        ),
    )
    slots.register(
        "account.actions",
        Action(
            _("Record a payment"), record_url, icon="banknotes", permission=EDIT,
            visible=_is_payer, order=65,
        ),
    )  # fmt: skip
    slots.register(
        "account.panels",
        Panel("billing/_balance.html", _balance, permission=VIEW, order=30, title=_("Balance")),
    )
    slots.register("account.attention", AttentionSource(_overdue_of, permission=VIEW, order=40))
    slots.register(
        "subscription.attention", AttentionSource(_suspended_for, permission=VIEW, order=40)
    )
    slots.register(
        "setup.pages",
        NavItem(
            _("Overdue invoices"), "billing:ladder", "clock", section=_("Billing"),
            permission=Permission.ORGANIZATION_EDIT, order=320,
            text=_("After how many days payers are reminded, and services suspended."),
        ),
    )  # fmt: skip


def _is_open(_actor: Actor, invoice: Invoice) -> bool:
    return invoice.state == InvoiceState.ISSUED


def _record_for(invoice: Invoice) -> str:
    return record_url(invoice.payer, invoice.public_id)


def _settled(request: HttpRequest, invoice: Invoice) -> Mapping[str, Any]:
    return {
        "allocations": [
            (row, reverse("billing:allocation-undo", args=[row.pk]))
            for row in selectors.allocations_into(invoice)
        ],
        "invoice": invoice,
        "steps": list(invoice.dunning.all()),
        "cards": [
            (row, badge_of(row.state, row.get_state_display()))
            for row in selectors.card_payments_for(invoice)
        ],
        "may_edit": slots.actor_of(request).can(EDIT),
    }


def _balance(request: HttpRequest, account: Account) -> Mapping[str, Any] | None:
    """What a payer owes against its limit; nothing for whoever is never invoiced here."""
    if account.is_end_customer:
        return None
    owed = selectors.owed_by(account.pk, account.currency)
    limit = account.credit_limit
    return {
        "account": account,
        "owed": owed,
        "is_unlimited": limit is None,
        "available": None if limit is None else limit - owed.exposure,
    }


def _overdue_of(request: HttpRequest, account: Account) -> Iterable[Attention]:
    today = clock.today(account.organization.time_zone)
    late = selectors.days_overdue(account, today, _MOST_COUNTED)
    if late:
        yield Attention(
            ngettext("%(n)d invoice is overdue", "%(n)d invoices are overdue", len(late))
            % {"n": len(late)},
            _("The oldest was due on %(day)s.") % {"day": date_format(late[0])},
            button=Button(
                _("See them"), f"{reverse('billing:invoices')}?view=overdue&q={account.number}"
            ),
        )


def _suspended_for(request: HttpRequest, subscription: Subscription) -> Iterable[Attention]:
    if subscription.state != SubscriptionState.SUSPENDED:
        return
    for found in selectors.suspensions_of(subscription.payer_id).filter(subscription=subscription):
        if found.kept_by_label:
            text = _("%(name)s wants it to stay suspended, whatever is paid.")
            yield Attention(
                _("Suspended for an overdue invoice"),
                text % {"name": found.kept_by_label},
            )
        else:
            url = reverse("billing:suspension-keep", args=[found.pk])
            yield Attention(
                _("Suspended for an overdue invoice"),
                _("It is resumed by itself when that is paid."),
                button=Button(_("Keep it suspended"), url),
            )


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
        leave=_("Not now"),
    )


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
    tell("invoice.reopen", _("Invoice open again"), kind="order", tone="warning")
    tell("invoice.overdue", _("Overdue: %(what)s"), kind="order", tone="warning", what=_step_taken)
    tell("invoice.charge_declined", _("Card could not be charged"), kind="order", tone="warning")
    tell("creditnote.reopen", _("Credit note can be used again"), kind="order")
    tell("payment.recorded", _("Payment recorded"), kind="order", tone="info")
    tell("payment.deleted", _("Payment deleted"), kind="staff", tone="warning")
    tell("card.left", _("Card left"), kind="order")
    tell("card.chosen", _("Card chosen"), kind="order")
    tell("card.removed", _("Card removed"), kind="order")
    tell("dunning_policy.edited", _("Days of the overdue ladder changed"), kind="staff")
    tell("subscription.kept_suspended", _("To stay suspended, whatever is paid"), kind="staff")
    _allocated()


def _allocated() -> None:
    """What settles what, and what is taken out again, in either's history with the other's number."""
    tell = partial(timeline.describe, what=timeline.changed_field)
    paid_by, taken = _("Paid by %(what)s"), _("%(what)s taken out")
    tell("invoice.allocated", paid_by, kind="order", tone="success")
    tell("invoice.allocation_undone", taken, kind="staff", tone="warning")
    used_for, taken_out = _("Used for %(what)s"), _("Taken out of %(what)s")
    tell("payment.allocated", used_for, kind="order", tone="success")
    tell("payment.allocation_undone", taken_out, kind="staff", tone="warning")
    tell("creditnote.allocated", used_for, kind="order")
    tell("creditnote.allocation_undone", taken_out, kind="staff", tone="warning")


def _step_taken(changes: Mapping[str, Any]) -> Any:
    """Which step of the overdue ladder an entry tells of."""
    _before, step = changes.get("step", (None, ""))
    return LadderStep(step).label if step in LadderStep.values else step
