"""Registrations and rates: added with the day from which they hold, ended, taken back before they begin."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bss.accounts.countries import country_codes, country_name
from bss.accounts.models import Organization
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import Conflict, Invalid
from bss.pricing.errors import ValidityOverlaps
from bss.pricing.models import TaxRate, TaxRegistration

Row = TypeVar("Row", TaxRegistration, TaxRate)


def tax_registration_add(
    *,
    organization: Organization,
    country: str,
    number: str,
    valid_from: date,
    actor: Actor,
    valid_until: date | None = None,
) -> TaxRegistration:
    """That the organization charges a country's tax from a day on. Raises Invalid by field, ValidityOverlaps."""
    row = TaxRegistration(
        organization=organization,
        country=country,
        number="".join(number.split()).upper(),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    if not row.number:
        raise Invalid(_("Enter the number."), field="number")
    return _added(row, TaxRegistration.objects.filter(country=country), organization, actor)


def tax_rate_add(
    *,
    organization: Organization,
    country: str,
    tax_class: str,
    percent: Decimal,
    valid_from: date,
    actor: Actor,
    valid_until: date | None = None,
) -> TaxRate:
    """What a country takes of a class of products from a day on. Raises Invalid by field, ValidityOverlaps."""
    row = TaxRate(
        organization=organization,
        country=country,
        tax_class=tax_class.strip(),
        percent=percent,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    if not 0 <= percent <= 100:
        raise Invalid(_("A rate is from 0 to 100 per cent."), field="percent")
    alike = TaxRate.objects.filter(country=country, tax_class=row.tax_class)
    return _added(row, alike, organization, actor)


def tax_row_end(*, row: Row, last_day: date, actor: Actor) -> Row:
    """Let it hold until `last_day`, that day included. Documents that are issued keep what they say.

    Raises Invalid on the field valid_until, ValidityOverlaps when the longer validity meets the next row.
    """
    if last_day < row.valid_from:
        raise Invalid(_("It ends before it begins."), field="valid_until")
    with transaction.atomic():
        _in_turn(row.organization_id)
        before = history.snapshot(row, ["valid_until"])
        row.valid_until = last_day
        _refuse_overlap(row, _alike(row).exclude(pk=row.pk))
        changes = history.changed(before, history.snapshot(row, ["valid_until"]))
        if changes:
            row.save(update_fields=["valid_until"])
            history.record(row, actor=actor, action=f"{_entity(row)}.ended", changes=changes)
    return row


def tax_row_delete(*, row: TaxRegistration | TaxRate, actor: Actor) -> None:
    """Take back what does not hold yet. Raises Conflict for what holds or held: documents were made by it."""
    if row.valid_from <= clock.today(row.organization.time_zone):
        raise Conflict(
            _("It holds already, so documents may have been made by it. End it instead."),
            code="HOLDS_ALREADY",
        )
    with transaction.atomic():
        history.record(
            row.organization,
            actor=actor,
            action=f"{_entity(row)}.deleted",
            changes={_entity(row): [str(row), None]},
        )
        row.delete()


def _added(row: Row, alike: QuerySet[Row], organization: Organization, actor: Actor) -> Row:
    if row.country not in country_codes():
        raise Invalid(_("This is not the two-letter code of a country."), field="country")
    if row.valid_until is not None and row.valid_until < row.valid_from:
        raise Invalid(_("It ends before it begins."), field="valid_until")
    with transaction.atomic():
        _in_turn(organization.pk)
        _refuse_overlap(row, alike)
        row.save(force_insert=True)
        history.record(
            row,
            actor=actor,
            action=f"{_entity(row)}.added",
            changes={"valid_from": [None, row.valid_from.isoformat()]},
        )
        history.record(
            organization,
            actor=actor,
            action=f"{_entity(row)}.added",
            changes={_entity(row): [None, str(row)]},
        )
    return row


def _in_turn(organization_id: int) -> None:
    """Two at once cannot both find the days free."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def _alike(row: Row) -> QuerySet[Row]:
    rows = type(row).objects.filter(country=row.country)
    return rows.filter(tax_class=row.tax_class) if isinstance(row, TaxRate) else rows


def _refuse_overlap(row: Row, others: QuerySet[Row]) -> None:
    starts_within = Q() if row.valid_until is None else Q(valid_from__lte=row.valid_until)
    still_holds = Q(valid_until__isnull=True) | Q(valid_until__gte=row.valid_from)
    other = others.filter(starts_within & still_holds).order_by("valid_from").first()
    if other is None:
        return
    words = (
        _("%(other)s holds from %(start)s to %(end)s. Choose days outside of these.")
        if other.valid_until
        else _("%(other)s holds from %(start)s on. End it first, on %(before)s at the latest.")
    )
    raise ValidityOverlaps(
        words
        % {
            "other": _named(other),
            "start": date_format(other.valid_from),
            "end": date_format(other.valid_until) if other.valid_until else "",
            "before": date_format(row.valid_from - timedelta(days=1)),
        },
        field="valid_from",
    )


def _named(row: TaxRegistration | TaxRate) -> str:
    name = country_name(row.country)
    if isinstance(row, TaxRate):
        return _("%(country)s, %(class)s, %(percent)s %%") % {
            "country": name,
            "class": row.tax_class,
            "percent": f"{row.percent.normalize():f}",
        }
    return f"{name}, {row.number}"


def _entity(row: TaxRegistration | TaxRate) -> str:
    return "tax_rate" if isinstance(row, TaxRate) else "tax_registration"
