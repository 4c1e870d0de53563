"""Writes of product types."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Organization
from bss.catalog.errors import CharacteristicsInvalid
from bss.catalog.models import ProductType
from bss.catalog.services import editing
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec, parse

EDITABLE = (
    "code", "name", "description", "vendor", "automatic", "audience", "max_quantity", "one_per_account",
    "cancellable", "switchable",
)  # fmt: skip
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


@transaction.atomic
def product_type_create(
    *,
    organization: Organization,
    code: str,
    name: str,
    actor: Actor,
    characteristics: Sequence[FieldSpec] = (),
    **values: Any,
) -> ProductType:
    """A type of the organization's own, delivered by its staff or automatically. Raises Invalid."""
    check_characteristics(characteristics)
    product_type = ProductType(
        organization=organization,
        code=code.strip(),
        name=name.strip(),
        characteristics=stored(characteristics),
        **_known(values),
    )
    return editing.added(product_type, actor=actor, action="product_type.created")


@transaction.atomic
def product_type_edit(
    *, product_type: ProductType, version: int | None, actor: Actor, **changes: Any
) -> ProductType:
    """Change columns of a type. On a managed type they are noted, so that its owner leaves them alone.

    Raises StaleState when `version` is not the present one (None asks not), Invalid naming the fields at fault.
    """
    found = editing.locked(product_type, version)
    return _write(found, _known(changes), actor)


@transaction.atomic
def product_type_characteristics_set(
    *,
    product_type: ProductType,
    version: int | None,
    characteristics: Sequence[FieldSpec],
    actor: Actor,
) -> ProductType:
    """Replace the type's characteristics. Values that products hold under codes that vanish stay stored, unused.

    Raises CharacteristicsInvalid with one message list per row, keyed "row-<index>".
    """
    check_characteristics(characteristics)
    found = editing.locked(product_type, version)
    return _write(found, {"characteristics": stored(characteristics)}, actor)


def stored(specs: Sequence[FieldSpec]) -> list[dict[str, Any]]:
    """FieldSpecs as their column holds them."""
    return as_json([spec.to_json() for spec in specs])


def as_json(value: Any) -> Any:
    """`value` as it will be read back, so that equal definitions compare equal: lists for tuples, words for proxies."""
    return json.loads(json.dumps(value, default=str))


def check_characteristics(specs: Sequence[FieldSpec]) -> None:
    """Raises CharacteristicsInvalid when a code is malformed or used twice, or a field cannot be answered or kept."""
    errors: dict[str, list[Any]] = {}
    seen: set[str] = set()
    for index, spec in enumerate(specs):
        found = _faults(spec)
        if spec.code in seen:
            found.append(_("The code %(code)s is used twice.") % {"code": spec.code})
        seen.add(spec.code)
        if found:
            errors[f"row-{index}"] = found
    if errors:
        raise CharacteristicsInvalid(errors=errors)


def no_secrets(spec: FieldSpec) -> str:
    """Why a secret is no characteristic: whoever fills it, products, orders and subscriptions keep it in clear."""
    return _(
        "%(label)s would be a secret. What a product type asks is kept unsealed and shown to staff, so that no"
        " secret can be asked for."
    ) % {"label": spec.label or spec.code}


def _faults(spec: FieldSpec) -> list[Any]:
    found: list[Any] = []
    if not _CODE.fullmatch(spec.code):
        found.append(
            _("A code is a small letter followed by small letters, digits and underscores.")
        )
    if not spec.label.strip():
        found.append(_("A characteristic needs a label."))
    if spec.type == "secret":
        found.append(no_secrets(spec))
    if spec.type == "choice" and not spec.choices:
        found.append(_("A choice needs at least one value."))
    if len({value for value, _label in spec.choices}) != len(spec.choices):
        found.append(_("Each value of a choice occurs once."))
    if spec.default:
        try:
            parse(spec, spec.default, locale="en")
        except Invalid as problem:
            found.append(_("The default does not fit: %(why)s") % {"why": problem.message})
    return found


def _write(product_type: ProductType, changes: dict[str, Any], actor: Actor) -> ProductType:
    if product_type.managed_by:
        changed = [name for name, value in changes.items() if getattr(product_type, name) != value]
        changes["overridden"] = sorted({*product_type.overridden, *changed})
    editing.store(product_type, changes, actor=actor, action="product_type.edited")
    return product_type


def _known(values: dict[str, Any]) -> dict[str, Any]:
    unknown = values.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"a product type has no editable {', '.join(sorted(unknown))}")
    return values
