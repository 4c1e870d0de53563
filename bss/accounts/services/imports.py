"""The import of accounts: each row is created, found to be there already, or refused with everything wrong with it.

A row is an account that exists when its number does, or, without a number, when an account of the same kind, name
and reseller does (case does not matter). What exists is never changed, so that the same file may be run again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models.functions import Lower
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from bss.accounts.choices import AccountKind, ImportOutcome
from bss.accounts.models import (
    Account,
    AccountImport,
    AccountImportRow,
    Organization,
    PaymentMethod,
)
from bss.accounts.services.accounts import account_check, account_create
from bss.accounts.services.contacts import contact_check, contact_create
from bss.accounts.services.import_file import LABELS, ImportLine, import_file_read, lines
from bss.accounts.services.inputs import Faults
from bss.core import runs
from bss.core.actor import Actor
from bss.core.errors import Conflict, DomainError, Invalid, PermissionDenied
from bss.core.history import subject_type
from bss.core.models import Run, RunState

IMPORT = "accounts.import"
CHUNK = 200
_YES = {"1", "true", "yes", "y", "x", "on", "ja", "oui", "ναι"}  # noqa: RUF001 -- Greek
_NO = {"0", "false", "no", "n", "off", "nein", "non", "οχι", "όχι"}
_AMOUNT = re.compile(r"[0-9]{1,12}([.,][0-9]{1,2})?")
_FLAGS = ("taxable", "ordering_enabled", "reselling_enabled", "separate_invoices")
_CONTACT = {
    "contact_first_name": "first_name",
    "contact_last_name": "last_name",
    "contact_email": "email",
}
_NOT_FIELDS = {"number", "kind", "parent", "name", "country", *_CONTACT}


def import_create(
    *, organization: Organization, name: str, raw: bytes, actor: Actor
) -> AccountImport:
    """Keep an uploaded file. Raises Invalid on the field file."""
    if actor.user_id is None:
        raise PermissionDenied
    read = import_file_read(raw, language=organization.language)
    return AccountImport.objects.create(
        organization=organization,
        scope=organization.scope,
        name=name[:200],
        content=read.text,
        encoding=read.encoding,
        delimiter=read.delimiter,
        rows=read.rows,
        created_by_id=actor.user_id,
    )


def import_start(*, source: AccountImport, actor: Actor, dry_run: bool) -> Run:
    """Begin a run over a kept file: a dry run checks every row and writes none.

    Raises Conflict while another run over it is under way: two at once would create a row without a number twice.
    """
    title = _("Check of %(name)s") if dry_run else _("Import of %(name)s")
    with transaction.atomic():
        AccountImport.objects.select_for_update(no_key=True).only("pk").get(pk=source.pk)
        if _is_under_way(source):
            raise Conflict(_("A run over this file is under way."), code="RUN_UNDER_WAY")
        return runs.start(
            IMPORT,
            title=title % {"name": source.name},
            actor=actor,
            scope=source.scope,
            subject=source,
            payload={"import": source.pk, "dry_run": dry_run},
        )


def _is_under_way(source: AccountImport) -> bool:
    return Run.objects.filter(
        kind=IMPORT,
        subject_type=subject_type(source),
        subject_id=source.pk,
        state__in=[RunState.QUEUED, RunState.RUNNING],
    ).exists()


@dataclass
class ImportWork:
    """One run over one file: what is known of the organization, and what earlier rows of the file added."""

    source: AccountImport
    run_id: int
    actor: Actor
    dry_run: bool
    organization: Organization
    methods: dict[str, PaymentMethod] = field(default_factory=dict)
    numbers: dict[str, Account] = field(default_factory=dict)
    names: dict[tuple[str, str, str], Account] = field(default_factory=dict)
    # Accounts that a dry run made and took back: later rows may name them, the report may not.
    imagined: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, source: AccountImport, run_id: int, actor: Actor, *, dry_run: bool) -> ImportWork:
        work = cls(source, run_id, actor, dry_run, source.organization)
        methods = PaymentMethod.objects.filter(organization=source.organization)
        work.methods = {method.name.lower(): method for method in methods}
        return work

    def chunks(self) -> Iterator[list[ImportLine]]:
        """The rows that this run has not reported yet, some at a time."""
        done = set(
            AccountImportRow.objects.filter(run_id=self.run_id).values_list("number", flat=True)
        )
        found = lines(self.source.content, self.source.delimiter)
        rest = (line for line in found if line.number not in done)
        while chunk := list(islice(rest, CHUNK)):
            yield chunk

    def do(self, chunk: Sequence[ImportLine]) -> list[AccountImportRow]:
        """Handle some rows in one transaction, each in a savepoint of its own, and store their report."""
        with transaction.atomic():
            self._look_up(chunk)
            report = [self._row(line) for line in chunk]
            AccountImportRow.objects.bulk_create(report)
        return report

    def _row(self, line: ImportLine) -> AccountImportRow:
        row = AccountImportRow(
            source=self.source,
            run_id=self.run_id,
            number=line.number,
            name=line.cells.get("name", "")[:200],
        )
        try:
            with transaction.atomic():
                row.outcome, row.account = self._outcome(line)
                if self.dry_run:
                    transaction.set_rollback(True)
        except DomainError as error:
            row.outcome = ImportOutcome.REFUSED
            row.field, row.message = first_cause(error)[0], every_cause(error, LABELS)
        except DatabaseError:
            row.outcome = ImportOutcome.REFUSED
            row.message = _("The database refused this row.")
        if row.outcome == ImportOutcome.CREATED and self.dry_run:
            row.outcome = ImportOutcome.NEW
        if row.account_id in self.imagined:
            row.account = None
        return row

    def _outcome(self, line: ImportLine) -> tuple[ImportOutcome, Account]:
        faults, kind = Faults(), _kind_left_empty(line.cells)
        with faults:
            kind = _kind(line.cells)
        number, name = line.cells.get("number", "").lower(), line.cells.get("name", "").lower()
        parent = line.cells.get("parent", "").lower()
        key = (kind, name, parent)
        if not faults and number in self.numbers:
            return ImportOutcome.KNOWN, self.numbers[number]
        if not faults and not number and key in self.names:
            return ImportOutcome.KNOWN, self.names[key]
        account = self._created(line, kind, parent, faults)
        if self.dry_run:
            self.imagined.add(account.pk)
        self.names |= {(kind, name, above): account for above in _names_of(account.parent)}
        if number or not self.dry_run:
            self.numbers[account.number.lower()] = account
        return ImportOutcome.CREATED, account

    def _created(self, line: ImportLine, kind: str, parent: str, faults: Faults) -> Account:
        """The row's account with its contact. Raises Invalid with every column at fault."""
        fields = self._fields(line.cells, kind, parent, faults)
        contact = {field: line.cells.get(column, "") for column, field in _CONTACT.items()}
        with faults:
            account_check(**fields)
        if any(contact.values()):
            with faults:
                _contact_checked(self.organization, contact)
        faults.settle()
        account = account_create(actor=self.actor, **fields)
        if any(contact.values()):
            contact_create(account=account, actor=self.actor, **contact)
        return account

    def _fields(
        self, cells: Mapping[str, str], kind: str, parent: str, faults: Faults
    ) -> dict[str, Any]:
        """What services take of a row. A cell that means nothing is a fault and left out."""
        fields = {name: cells.get(name, "") for name in ("name", "country", "number")}
        found: dict[str, Any] = {"organization": self.organization, "kind": kind, **fields}
        with faults:
            found["parent"] = self._parent(parent)
        for column in (name for name in cells if name not in _NOT_FIELDS):
            with faults:
                found[column] = self._value(column, cells[column])
        return found

    def _value(self, column: str, text: str) -> Any:
        if column in _FLAGS:
            return _flag(column, text)
        if column == "credit_limit":
            return _credit_limit(text)
        if column == "payment_method":
            return self._method(text)
        return text

    def _method(self, text: str) -> PaymentMethod:
        method = self.methods.get(text.lower())
        if method is None:
            raise Invalid(
                _("There is no payment method of this name."),
                field="payment_method",
                code="NOT_FOUND",
            )
        return method

    def _parent(self, text: str) -> Account | None:
        if not text:
            return None
        found = self.numbers.get(text) or self.names.get((AccountKind.RESELLER, text, ""))
        if found is None:
            raise Invalid(
                _("There is no reseller of this number or name."), field="parent", code="NOT_FOUND"
            )
        return found

    def _look_up(self, chunk: Sequence[ImportLine]) -> None:
        """What the organization already has of these rows' numbers, names and parents: two queries a chunk."""
        cells = [line.cells for line in chunk]
        numbers = _lowered(c.get(k, "") for c in cells for k in ("number", "parent"))
        names = _lowered(c.get(k, "") for c in cells for k in ("name", "parent"))
        ours = Account.objects.filter(organization=self.organization).select_related(
            "parent", "organization"
        )
        lowered = ours.annotate(low_number=Lower("number"), low_name=Lower("name"))
        for account in lowered.filter(low_number__in=numbers):
            self.numbers.setdefault(account.number.lower(), account)
        for account in lowered.filter(low_name__in=names).order_by("pk"):
            for above in _names_of(account.parent):
                self.names.setdefault((account.kind, account.name.lower(), above), account)


def every_cause(error: DomainError, labels: Mapping[str, Any]) -> str:
    """All that a refusal says, a line for each column at fault, which begins with what people call the column."""
    if not isinstance(error, Invalid) or not error.errors:
        return force_str(error.message)
    said = [
        (name, " ".join(force_str(text) for text in texts)) for name, texts in error.errors.items()
    ]
    return "\n".join(f"{labels[name]}: {text}" if name in labels else text for name, text in said)


def first_cause(error: DomainError) -> tuple[str, str]:
    """(field, message) of a refusal: the first of its fields, "" where it is about the whole row."""
    if isinstance(error, Invalid) and error.errors:
        name, texts = next(iter(error.errors.items()))
        return name, force_str(texts[0])
    return error.field, force_str(error.message)


def _names_of(parent: Account | None) -> tuple[str, ...]:
    """How a row may name this parent."""
    return (parent.number.lower(), parent.name.lower()) if parent else ("",)


def _lowered(values: Iterable[str]) -> set[str]:
    return {value.lower() for value in values if value}


def _contact_checked(organization: Organization, given: Mapping[str, str]) -> None:
    try:
        contact_check(account=Account(organization=organization), **given)
    except Invalid as error:
        raise Invalid(errors={f"contact_{k}": v for k, v in error.errors.items()}) from error


def _kind(cells: Mapping[str, str]) -> AccountKind:
    """The kind as code or in words. Raises Invalid for any other word."""
    text = cells.get("kind", "").lower()
    if not text:
        return _kind_left_empty(cells)
    for kind in AccountKind:
        if text in {kind.value, force_str(kind.label).lower()}:
            return kind
    *rest, last = [force_str(kind.label) for kind in AccountKind]
    words = _("“%(text)s” is no account type. Write %(rest)s or %(last)s.") % {
        "text": text,
        "rest": ", ".join(rest),
        "last": last,
    }
    raise Invalid(words, field="kind", code="NOT_OFFERED")


def _kind_left_empty(cells: Mapping[str, str]) -> AccountKind:
    """Without a kind, an end customer when a parent is named, else direct."""
    return AccountKind.CUSTOMER if cells.get("parent") else AccountKind.DIRECT


def _flag(column: str, text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise Invalid(_("Write yes or no."), field=column, code="NOT_A_FLAG")


def _credit_limit(text: str) -> Decimal | None:
    """An amount with up to two decimals and no separators of thousands; "unlimited" for no limit.

    "1.000" is refused: it is one in one country and a thousand in the next.
    """
    if text.lower() == "unlimited":
        return None
    if not _AMOUNT.fullmatch(text):
        raise Invalid(
            _("Write an amount such as 5000.00, or unlimited."),
            field="credit_limit",
            code="NOT_A_NUMBER",
        )
    return Decimal(text.replace(",", "."))
