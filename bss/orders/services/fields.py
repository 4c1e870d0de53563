"""What an organization asks of every order, beyond what the services need."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid, StaleState
from bss.core.fields import FieldSpec
from bss.orders.models import OrderField

# The kinds a question of the organization's own can be.
FIELD_TYPES = ("text", "integer", "decimal", "choice")


def order_field_create(
    *, organization_id: int, spec: FieldSpec, position: int, actor: Actor
) -> OrderField:
    """Ask one more thing of every order from now on. Raises Invalid by field, also for a code that is taken."""
    _check(spec)
    try:
        with transaction.atomic():
            field = OrderField.objects.create(
                organization_id=organization_id,
                code=spec.code,
                spec=spec.to_json(),
                position=position,
            )
            history.record(field, actor=actor, action="order_field.created", reason=spec.code)
    except IntegrityError as error:
        if "order_field_once" not in str(error):
            raise
        raise Invalid(
            _("There is a field of this code already."), field="code", code="CODE_TAKEN"
        ) from error
    return field


def order_field_edit(
    *,
    field: OrderField,
    version: int | None,
    spec: FieldSpec,
    position: int,
    is_active: bool,
    actor: Actor,
) -> OrderField:
    """Ask it differently, in another place, or no more. What was answered before stays as it was asked.

    The code stays. Raises Invalid by field and StaleState on an old `version` (None: whatever is there now).
    """
    if spec.code != field.code:
        raise Invalid(_("The code stays as it is."), field="code", code="CODE_STAYS")
    _check(spec)
    with transaction.atomic():
        held = OrderField.objects.select_for_update(no_key=True).get(pk=field.pk)
        if version is not None and held.version != version:
            raise StaleState(extra={"entity": "order_field"})
        columns = ["spec", "position", "is_active"]
        before = history.snapshot(held, columns)
        held.spec, held.position, held.is_active = spec.to_json(), position, is_active
        changes = history.changed(before, history.snapshot(held, columns))
        if changes:
            held.version += 1
            held.save(update_fields=[*columns, "version"])
            history.record(held, actor=actor, action="order_field.edited", changes=changes)
    return held


def _check(spec: FieldSpec) -> None:
    errors: dict[str, list[Any]] = {}
    if spec.type not in FIELD_TYPES:
        errors["type"] = [_("Choose one of the values offered.")]
    if spec.type == "choice" and not spec.choices:
        errors["choices"] = [_("Enter what can be chosen, one per line.")]
    if errors:
        raise Invalid(errors=errors)
