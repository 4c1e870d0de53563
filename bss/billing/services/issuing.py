"""Documents out of what is due: written, numbered and issued in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from bss.accounts.models import Account, Organization
from bss.billing import selectors
from bss.billing.choices import NumberKind
from bss.billing.contracts import Item, Outcome, Sheet
from bss.billing.locks import credits_taken, installments_taken
from bss.billing.models import (
    Credit,
    CreditNote,
    CreditNoteLine,
    Installment,
    Invoice,
    InvoiceLine,
)
from bss.billing.services.guards import absurd
from bss.billing.services.numbering import numbers_take
from bss.billing.services.sheets import sheets_of, taxes_of, without_class
from bss.billing.states import CREDIT, CREDIT_NOTE, INSTALLMENT, INVOICE
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import StaleState
from bss.pricing.contracts import TaxLine, TaxRegime
from bss.pricing.errors import RateMissing
from bss.pricing.selectors import regimes_for
from bss.pricing.tax import on_one_document

PAYMENT_DAYS = 30
ROWS = 1000


@dataclass(frozen=True, slots=True)
class _Moment:
    """When documents are issued, where the organization is."""

    organization: Organization
    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class _Taxed:
    sheet: Sheet
    taxes: tuple[TaxLine, ...]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Both parties and the sums of a document, and the columns of its lines by installment."""

    columns: dict[str, Any]
    lines: dict[int, dict[str, Any]]


def documents_issue(
    *,
    organization: Organization,
    installments: Collection[int],
    credits: Collection[int],
    actor: Actor,
) -> Outcome:
    """Put these installments on invoices and these credits on credit notes, as far as nobody else is at them.

    Must run inside a transaction. What a guard refuses stands on a draft for staff. What a rate of tax is missing for
    stays due, and its payer is named in the outcome.
    """
    now = clock.now()
    moment = _Moment(organization, now, clock.today(organization.time_zone))
    items = _items(installments)
    back = selectors.credit_items(set(credits_taken(credits)) - selectors.credits_on_notes(credits))
    payers = _payers(organization, {item.payer_id for item in (*items, *back)})
    outcome = Outcome()
    _invoices(items, payers, moment, actor, outcome)
    _credit_notes(back, payers, moment, actor, outcome)
    return outcome


def redrawn(*, draft: Invoice, installments: Collection[int], on: date) -> Redrawn:
    """A draft of these installments as it would be written on the day `on`. Writes nothing. Raises RateMissing."""
    payers = _payers(draft.organization, {draft.payer_id})
    payer = payers[draft.payer_id]
    sheet = Sheet(
        payer_id=payer.pk,
        customer_id=draft.customer_id,
        order_id=draft.order_id,
        currency=draft.currency,
        items=tuple(selectors.installment_items(installments)),
        regime=regimes_for([payer], on)[payer.pk],
    )
    each = _Taxed(sheet, taxes_of(sheet))
    columns = _parties_and_sums(each, payer, draft.organization)
    row = Invoice(organization_id=draft.organization_id, scope=draft.scope, **columns)
    return Redrawn(columns, {item.pk: line for item, line in _lines(each, row)})


def _items(pks: Collection[int]) -> list[Item]:
    """What of these installments is still to be billed, held for this transaction."""
    taken = installments_taken(pks)
    # A statement of its own, after the lock: it sees a draft that somebody wrote meanwhile.
    return selectors.installment_items(set(taken) - selectors.installments_on_invoices(taken))


def _payers(organization: Organization, ids: Collection[int]) -> dict[int, Account]:
    payers = Account.everywhere.select_related("payment_method").in_bulk(ids)
    for payer in payers.values():
        payer.organization = organization
    return payers


def _invoices(
    items: Sequence[Item],
    payers: Mapping[int, Account],
    moment: _Moment,
    actor: Actor,
    outcome: Outcome,
) -> None:
    if not items:
        return
    regimes = regimes_for([payers[pk] for pk in {item.payer_id for item in items}], moment.on)
    held = absurd(
        items,
        now=moment.at,
        billed_today=selectors.items_on(moment.on, {item.subscription_id for item in items}),
        billed_twice=selectors.billed_twice([item.pk for item in items]),
    )
    sheets = _taxed(
        items, payers, lambda item: regimes[item.payer_id], held, outcome, by_order=True
    )
    numbers = _numbers(NumberKind.INVOICE, moment, sum(not each.sheet.held for each in sheets))
    rows = [
        Invoice(
            order_id=each.sheet.order_id,
            due_on=None if each.sheet.held else due_on(payers[each.sheet.payer_id], moment.on),
            **_document(each, payers, moment, numbers),
        )
        for each in sheets
    ]
    Invoice.everywhere.bulk_create(rows, batch_size=ROWS)
    InvoiceLine.everywhere.bulk_create(
        (
            InvoiceLine(invoice=row, installment_id=item.pk, **line)
            for row, each in zip(rows, sheets, strict=True)
            for item, line in _lines(each, row)
        ),
        batch_size=ROWS,
    )
    issued = [row.pk for row in rows if row.number]
    billed = [item.pk for each in sheets if not each.sheet.held for item in each.sheet.items]
    _move(INSTALLMENT, Installment, billed, "invoice", actor)
    _move(INVOICE, Invoice, issued, "issue", actor)
    _tell_held(rows, sheets, actor, outcome)
    outcome.invoices += len(issued)
    outcome.items += len(billed)


def _credit_notes(
    items: Sequence[Item],
    payers: Mapping[int, Account],
    moment: _Moment,
    actor: Actor,
    outcome: Outcome,
) -> None:
    if not items:
        return
    regimes = _regimes_then(items)
    sheets = _taxed(items, payers, lambda item: regimes[item.pk], {}, outcome, by_order=False)
    numbers = _numbers(NumberKind.CREDIT_NOTE, moment, len(sheets))
    rows = [CreditNote(**_document(each, payers, moment, numbers)) for each in sheets]
    CreditNote.everywhere.bulk_create(rows, batch_size=ROWS)
    CreditNoteLine.everywhere.bulk_create(
        (
            CreditNoteLine(credit_note=row, credit_id=item.pk, **line)
            for row, each in zip(rows, sheets, strict=True)
            for item, line in _lines(each, row)
        ),
        batch_size=ROWS,
    )
    given = [item.pk for each in sheets for item in each.sheet.items]
    _move(CREDIT, Credit, given, "issue", actor)
    _move(CREDIT_NOTE, CreditNote, [row.pk for row in rows], "issue", actor)
    outcome.credit_notes += len(rows)
    outcome.items += len(given)


def _regimes_then(items: Sequence[Item]) -> dict[int, TaxRegime]:
    """A credit takes the tax that stands on the invoice that it corrects; by credit, those alike on one document."""
    found: dict[int, TaxRegime] = {}
    for _payer_id, group in groupby(items, key=attrgetter("payer_id")):
        frozen = {item.pk: item.taxed.regime for item in group if item.taxed}
        found |= zip(frozen, on_one_document(list(frozen.values())), strict=True)
    return found


def _taxed(
    items: Sequence[Item],
    payers: Mapping[int, Account],
    regime: Callable[[Item], TaxRegime],
    held: Mapping[int, str],
    outcome: Outcome,
    *,
    by_order: bool,
) -> list[_Taxed]:
    """Sheets with their tax, without what no rate is known for: nobody gets an invoice without tax."""
    sheets = sheets_of(items, payers, regime, held, by_order=by_order)
    return [each for sheet in sheets if (each := _as_far_as_rated(sheet, outcome)) is not None]


def _as_far_as_rated(sheet: Sheet, outcome: Outcome) -> _Taxed | None:
    while sheet.items:
        try:
            return _Taxed(sheet, taxes_of(sheet))
        except RateMissing as missing:
            outcome.refused[sheet.payer_id] = str(missing.message)
            sheet = without_class(sheet, missing.tax_class)
    return None


def _numbers(kind: str, moment: _Moment, count: int) -> Any:
    if not count:
        return iter(())
    return numbers_take(
        organization_id=moment.organization.pk, kind=kind, year=moment.on.year, count=count
    )


def due_on(payer: Account, day: date) -> date:
    """The last day to pay an invoice of `day`."""
    days = payer.payment_method.payment_days if payer.payment_method else PAYMENT_DAYS
    return day + timedelta(days=days)


def _document(
    each: _Taxed, payers: Mapping[int, Account], moment: _Moment, numbers: Any
) -> dict[str, Any]:
    """What an invoice and a credit note have in common. One that is held has neither number nor day."""
    sheet, payer = each.sheet, payers[each.sheet.payer_id]
    issued: dict[str, Any] = {}
    if not sheet.held:
        issued = {"number": next(numbers), "issued_at": moment.at, "issued_on": moment.on}
    return {
        "organization_id": moment.organization.pk,
        "scope": payer.scope,
        "payer_id": payer.pk,
        "customer_id": sheet.customer_id,
        "currency": sheet.currency,
        **_parties_and_sums(each, payer, moment.organization),
        **issued,
    }


def _parties_and_sums(each: _Taxed, payer: Account, organization: Organization) -> dict[str, Any]:
    net = sum((item.price for item in each.sheet.items), Decimal(0))
    tax = sum((line.tax for line in each.taxes), Decimal(0))
    return {
        "seller": _seller(organization, each.sheet.regime),
        "buyer": _buyer(payer),
        "taxes": [_tax(line) for line in each.taxes],
        "net": net,
        "tax": tax,
        "total": net + tax,
    }


def _seller(organization: Organization, regime: TaxRegime) -> dict[str, str]:
    return {
        "name": organization.name,
        "country": organization.country,
        "vat_id": regime.registration or organization.vat_id,
        "email": organization.support_email,
        "bank_details": organization.bank_details,
        "time_zone": organization.time_zone,
    }


def _buyer(payer: Account) -> dict[str, str]:
    return {
        "number": payer.number,
        "name": payer.name,
        "address_1": payer.address_1,
        "address_2": payer.address_2,
        "postcode": payer.postcode,
        "city": payer.city,
        "region": payer.region,
        "country": payer.country,
        "vat_id": payer.vat_id,
        "language": payer.language,
    }


def _tax(line: TaxLine) -> dict[str, str]:
    return {
        "treatment": line.treatment,
        "tax_class": line.tax_class,
        "percent": f"{line.percent:f}",
        "net": f"{line.net:f}",
        "tax": f"{line.tax:f}",
        "text": line.text,
    }


def _lines(each: _Taxed, row: Invoice | CreditNote) -> list[tuple[Item, dict[str, Any]]]:
    sheet = each.sheet
    percents = {line.tax_class: line.percent for line in each.taxes if line.treatment == "standard"}
    with translation.override(row.buyer["language"]):
        return [
            (
                item,
                {
                    "organization_id": row.organization_id,
                    "scope": row.scope,
                    "position": position,
                    "customer_id": item.customer_id,
                    "subscription_id": item.subscription_id,
                    "text": item.product[:300],
                    "detail": _detail(item)[:300],
                    "quantity": item.quantity,
                    "unit_price": item.unit_price,
                    "unit": item.unit,
                    "net": item.price,
                    "cost": item.cost,
                    "resale": item.resale,
                    "starts_at": item.starts_at,
                    "ends_at": item.ends_at,
                    "tax_class": item.tax_class,
                    "tax_percent": percents.get(item.tax_class, Decimal(0))
                    if item.is_taxable
                    else Decimal(0),
                },
            )
            for position, item in enumerate(sheet.items, start=1)
        ]


def _detail(item: Item) -> str:
    """The small print of a line: which subscription, for whom, which installment, or which invoice it corrects."""
    parts = [item.subscription]
    if item.name != item.product:
        parts.append(item.name)
    if item.customer_id != item.payer_id:
        parts.append(item.customer)
    if item.count > 1:
        parts.append(
            _("installment %(number)d of %(count)d") % {"number": item.number, "count": item.count}
        )
    if item.billed_by:
        parts.append(_("for invoice %(number)s") % {"number": item.billed_by})
    return ", ".join(parts)


def _move(machine: Any, model: Any, pks: Sequence[int], name: str, actor: Actor) -> None:
    """Move rows that this transaction holds. Raises StaleState when one was moved all the same."""
    if not pks:
        return
    _moved, lost = machine.fire_many(model.everywhere.filter(pk__in=pks), name, actor=actor)
    if lost:
        raise StaleState(extra={"entity": machine.entity, "transition": name})


def _tell_held(
    rows: Sequence[Invoice], sheets: Sequence[_Taxed], actor: Actor, outcome: Outcome
) -> None:
    for row, each in zip(rows, sheets, strict=True):
        if each.sheet.held:
            history.record(row, actor=actor, action="invoice.hold", reason=each.sheet.held)
            outcome.held.append((row.payer_id, each.sheet.held))
