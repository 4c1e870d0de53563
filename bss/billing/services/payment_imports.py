"""A bank's file of payments: each row is recorded, found to be there already, or refused with all that is wrong.

A row says who paid by the payer's number or by an invoice's, in a column of its own or within the bank's text. The
bank's id makes it count once, however often the same file comes.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from bss.accounts.models import Account, Organization
from bss.accounts.services.import_file import ImportLine, Layout, import_file_read, lines
from bss.accounts.services.imports import every_cause, first_cause
from bss.accounts.services.inputs import Faults
from bss.billing.choices import ImportedPayment, InvoiceState, PaymentColumn, PaymentSource
from bss.billing.models import Invoice, Payment, PaymentImport, PaymentImportRow
from bss.billing.services.payments import payment_check, payment_record
from bss.core import runs
from bss.core.actor import Actor
from bss.core.errors import Conflict, DomainError, Invalid
from bss.core.history import subject_type
from bss.core.models import Run, RunState

PAYMENT_IMPORT = "billing.payment_import"
LAYOUT = Layout(
    {
        "bank_id": ("bank id", "transaction id", "id", "bank reference"),
        "date": ("date", "received on", "booking date", "value date"),
        "amount": ("amount", "credit"),
        "currency": ("currency",),
        "payer": ("payer", "account", "account number", "customer number"),
        "invoice": ("invoice", "invoice number"),
        "text": ("text", "reference", "purpose", "description"),
    },
    ("bank_id", "date", "amount"),
)
# With "bank:" before it, it fits where a payment keeps it.
BANK_ID_LENGTH = 90
# What a later row of the same id repeats. One that was refused may be corrected further down.
_TAKEN = {ImportedPayment.NEW, ImportedPayment.RECORDED}
# What a payment calls differently.
_COLUMN_OF = {"received_on": "date"}
_LABELS = {**dict(PaymentColumn.choices), "received_on": PaymentColumn.DATE.label}
_INVOICE = re.compile(r"\bINV-[0-9]{4}-[0-9]{6}\b", re.IGNORECASE)
# "1.234" is a thousand in one country and one in the next: what has more decimals than its currency is refused.
_AMOUNT = re.compile(r"[0-9]{1,12}([.,][0-9]{1,3})?")
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


def payment_import_create(
    *, organization: Organization, name: str, raw: bytes, actor: Actor
) -> PaymentImport:
    """Keep an uploaded file. Raises Invalid on the field file."""
    read = import_file_read(raw, language=organization.language, layout=LAYOUT)
    return PaymentImport.objects.create(
        organization=organization,
        scope=organization.scope,
        name=name[:200],
        content=read.text,
        encoding=read.encoding,
        delimiter=read.delimiter,
        rows=read.rows,
        created_by_label=actor.label[:200],
    )


def payment_import_start(*, source: PaymentImport, actor: Actor, dry_run: bool) -> Run:
    """Begin a run over a kept file: a dry run checks every row and writes none. Raises Conflict while one goes on."""
    title = _("Check of %(name)s") if dry_run else _("Import of %(name)s")
    with transaction.atomic():
        PaymentImport.objects.select_for_update(no_key=True).only("pk").get(pk=source.pk)
        if Run.objects.filter(
            kind=PAYMENT_IMPORT,
            subject_type=subject_type(source),
            subject_id=source.pk,
            state__in=[RunState.QUEUED, RunState.RUNNING],
        ).exists():
            raise Conflict(_("A run over this file is under way."), code="RUN_UNDER_WAY")
        return runs.start(
            PAYMENT_IMPORT,
            title=title % {"name": source.name},
            actor=actor,
            scope=source.scope,
            subject=source,
            payload={"import": source.pk, "dry_run": dry_run},
        )


def payment_import_run(progress: runs.Progress, *, actor: Actor) -> dict[str, int]:
    """Work through a file, each row in a transaction of its own. Run again, it goes on behind the last reported row."""
    source = PaymentImport.objects.select_related("organization").get(pk=progress.payload["import"])
    dry_run = bool(progress.payload["dry_run"])
    progress.step(_("Checking rows") if dry_run else _("Recording payments"), total=source.rows)
    report = PaymentImportRow.objects.filter(run_id=progress.run.pk)
    outcomes = dict(report.values_list("number", "outcome"))
    seen: set[str] = set()
    for line in lines(source.content, source.delimiter, LAYOUT):
        if line.number not in outcomes:
            row = _reported(source, progress.run.pk, line, seen, actor, dry_run=dry_run)
            outcomes[row.number] = row.outcome
            if row.outcome == ImportedPayment.REFUSED:
                progress.fail(row.message.replace("\n", " "), row=row.number)
        if outcomes[line.number] in _TAKEN:
            seen.add(line.cells.get("bank_id", ""))
        progress.advance()
    return dict(Counter(report.values_list("outcome", flat=True)))


def _reported(
    source: PaymentImport,
    run_id: int,
    line: ImportLine,
    seen: set[str],
    actor: Actor,
    *,
    dry_run: bool,
) -> PaymentImportRow:
    """Do one row and store its report, together; a dry run takes the payment back."""
    row = PaymentImportRow(source=source, run_id=run_id, number=line.number, text=_told(line))
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.outcome, row.payment = _outcome(source, line, seen, actor)
                if dry_run and row.outcome == ImportedPayment.RECORDED:
                    row.outcome, row.payment = ImportedPayment.NEW, None
                    transaction.set_rollback(True)
        except DomainError as error:
            row.outcome = ImportedPayment.REFUSED
            field, row.message = first_cause(error)[0], every_cause(error, _LABELS)
            row.field = _COLUMN_OF.get(field, field)
        row.message = force_str(row.message)[:300]
        row.save(force_insert=True)
    return row


def _outcome(
    source: PaymentImport, line: ImportLine, seen: set[str], actor: Actor
) -> tuple[ImportedPayment, Payment | None]:
    bank_id = line.cells.get("bank_id", "")
    if not bank_id:
        raise Invalid(_("The bank's id is missing."), field="bank_id")
    if len(bank_id) > BANK_ID_LENGTH:
        raise Invalid(
            _("An id has at most %(most)d characters.") % {"most": BANK_ID_LENGTH}, field="bank_id"
        )
    external_id = f"bank:{bank_id}"
    found = Payment.objects.filter(external_id=external_id).first()
    if found is not None or bank_id in seen:
        return ImportedPayment.KNOWN, found
    payment = payment_record(
        **_fields(line),
        source=PaymentSource.FILE,
        reference=line.cells.get("text", ""),
        external_id=external_id,
        actor=actor,
    )
    return ImportedPayment.RECORDED, payment


def _fields(line: ImportLine) -> dict[str, Any]:
    """What a row says of a payment. Raises Invalid with every column at fault."""
    faults = Faults()
    found: dict[str, Any] = {"currency": line.cells.get("currency", "").upper()}
    with faults:
        found["payer"], found["invoice"] = _who(line)
    with faults:
        found["amount"] = _amount(line.cells.get("amount", ""))
    with faults:
        found["received_on"] = _date(line.cells.get("date", ""))
    if "payer" in found:
        with faults:
            payment_check(**found)
    faults.settle()
    return found


def _who(line: ImportLine) -> tuple[Account, Invoice | None]:
    """Who paid, and for which invoice, if it is open. Raises Invalid where a row names nobody, or what is not there."""
    faults, payer, invoice = Faults(), None, None
    with faults:
        payer = _payer(line)
    with faults:
        invoice = _invoice(line, payer)
    faults.settle()
    payer = payer or (invoice.payer if invoice else None)
    if payer is None:
        raise Invalid(
            _("Neither a customer's number nor an invoice's tells who paid."), field="payer"
        )
    return payer, invoice if invoice and invoice.state == InvoiceState.ISSUED else None


def _invoice(line: ImportLine, payer: Account | None) -> Invoice | None:
    """The invoice a row names. One in a column of its own must exist and be the payer's that the row names.

    What people write in the text may mean anything: there the first that exists counts, of that payer if one is named.
    """
    number = line.cells.get("invoice", "")
    named = Invoice.objects.select_related("payer__organization")
    if number:
        found = named.filter(number__iexact=number).first()
        if found is None:
            raise Invalid(_("There is no invoice of this number."), field="invoice")
        if payer is not None and found.payer_id != payer.pk:
            raise Invalid(_("This invoice is another customer's."), field="invoice")
        return found
    if payer is not None:
        named = named.filter(payer=payer)
    told = _INVOICE.finditer(line.cells.get("text", ""))
    found_in_text = (named.filter(number__iexact=match.group()).first() for match in told)
    return next((invoice for invoice in found_in_text if invoice is not None), None)


def _payer(line: ImportLine) -> Account | None:
    """The customer whose number a row bears; None for a row that bears none."""
    number = line.cells.get("payer", "")
    if not number:
        return None
    found = Account.objects.filter(number__iexact=number).select_related("organization").first()
    if found is None:
        raise Invalid(_("There is no customer of this number."), field="payer")
    return found


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise Invalid(
            _("Write an amount such as 1234.50, without separators of thousands."), field="amount"
        )
    return Decimal(text.replace(",", "."))


def _date(text: str) -> date:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 -- a local date
        except ValueError:
            continue
    raise Invalid(_("Write a date such as 2026-03-31 or 31.03.2026."), field="date")


def _told(line: ImportLine) -> str:
    cells = line.cells
    parts = (cells.get(name, "") for name in ("payer", "invoice", "amount", "currency", "text"))
    return " ".join(part for part in parts if part)[:300]
