"""Writes of products, their pictures and add-ons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Organization
from bss.catalog.choices import ProductKind, SearchLanguage
from bss.catalog.models import AddOn, Category, Industry, Product, ProductType
from bss.catalog.services import editing
from bss.core import history, pictures
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.core.fields import parse_all, specs_from_json

EDITABLE = (
    "code", "name", "kind", "summary", "description", "vendor", "category", "is_active", "is_featured",
    "is_promoted", "taxable", "tax_country", "tax_class", "characteristics",
)  # fmt: skip


@transaction.atomic
def product_create(
    *,
    organization: Organization,
    type: ProductType,
    code: str,
    name: str,
    actor: Actor,
    industries: Collection[Industry] = (),
    **values: Any,
) -> Product:
    """A product of the organization's own. `characteristics` maps a code to what a person typed or its value.

    Raises Invalid naming the fields at fault; type, category and industries must be the organization's.
    """
    same_organization(organization, type, values.get("category"), *industries)
    values = _known(values)
    values["characteristics"] = fixed_characteristics(type, values.get("characteristics") or {})
    product = Product(
        organization=organization,
        type=type,
        code=code.strip(),
        name=name.strip(),
        search_language=SearchLanguage.of(organization.language),
        **values,
    )
    product.vendor = product.vendor or type.vendor
    made = editing.added(product, actor=actor, action="product.created")
    made.industries.set(industries)
    return made


@transaction.atomic
def product_edit(
    *,
    product: Product,
    version: int | None,
    actor: Actor,
    industries: Collection[Industry] | None = None,
    **changes: Any,
) -> Product:
    """Change columns of a product. On a managed product they are noted, so that its owner leaves them alone.

    `industries` None stay as they are. `characteristics` replaces what the product fixes, but for the hidden ones.
    Raises StaleState when `version` is not the present one (None asks not), Invalid naming the fields at fault.
    """
    found = editing.locked(product, version)
    changes = _known(changes)
    same_organization(found, changes.get("category"))
    if "characteristics" in changes:
        changes["characteristics"] = {
            **_hidden(found),
            **fixed_characteristics(found.type, changes["characteristics"]),
        }
    note_overridden(found, changes)
    editing.store(found, changes, actor=actor, action="product.edited")
    if industries is not None:
        _set_industries(found, industries, actor)
    return found


@transaction.atomic
def product_picture_set(*, product: Product, upload: UploadedFile[Any], actor: Actor) -> Product:
    """Show `upload` as the product's picture: checked, turned upright, made small, written anew as WebP.

    Raises Invalid on the field image when it is no picture, too large, or of another kind.
    """
    picture = pictures.normalised(upload, field="image")
    found = editing.locked(product, None)
    before = found.image.name
    found.image.save(f"{found.public_id}.webp", ContentFile(picture), save=False)
    _keep_picture(found, before, actor, "product.picture_changed")
    return found


@transaction.atomic
def product_picture_remove(*, product: Product, actor: Actor) -> Product:
    """Go back to the generated monogram."""
    found = editing.locked(product, None)
    before, found.image = found.image.name, ""
    if before:
        _keep_picture(found, before, actor, "product.picture_removed")
    return found


@transaction.atomic
def add_on_set(
    *, product: Product, add_on: Product, actor: Actor, max_quantity: int | None = None
) -> AddOn:
    """Offer `add_on` with `product`, at most `max_quantity` of it (None: as many as wanted). Raises Invalid."""
    same_organization(product, add_on)
    if add_on.kind != ProductKind.ADD_ON:
        raise Invalid(_("This product is not an add-on."), field="add_on", code="NOT_AN_ADD_ON")
    if add_on.pk == product.pk:
        raise Invalid(
            _("A product is not an add-on of itself."), field="add_on", code="ADD_ON_OF_ITSELF"
        )
    link, _created = AddOn.objects.update_or_create(
        product=product,
        add_on=add_on,
        defaults={"max_quantity": max_quantity, "is_active": True, "overridden": True},
        create_defaults={
            "organization": product.organization,
            "max_quantity": max_quantity,
            "overridden": True,
        },
    )
    history.record(
        product, actor=actor, action="product.add_on_set", changes={"add_on": ["", add_on.name]}
    )
    return link


@transaction.atomic
def add_on_remove(*, link: AddOn, actor: Actor) -> None:
    """Stop offering an add-on with its product. Subscriptions that have it keep it."""
    AddOn.objects.filter(pk=link.pk).update(is_active=False, overridden=True)
    history.record(
        link.product,
        actor=actor,
        action="product.add_on_removed",
        changes={"add_on": [link.add_on.name, ""]},
    )


def fixed_characteristics(product_type: ProductType, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values a product fixes, parsed and canonical; what it leaves open the buyer may be asked.

    Raises Invalid with a message per characteristic, its field named "characteristic-<code>".
    """
    specs = specs_from_json(product_type.characteristics)
    unknown = raw.keys() - {spec.code for spec in specs}
    if unknown:
        raise Invalid(
            _("The type has no characteristic %(code)s.") % {"code": ", ".join(sorted(unknown))},
            field="characteristics",
            code="CHARACTERISTIC_UNKNOWN",
        )
    given = [spec for spec in specs if raw.get(spec.code) not in (None, "")]
    try:
        return parse_all(given, raw)
    except Invalid as problem:
        errors = {f"characteristic-{code}": texts for code, texts in problem.errors.items()}
        raise Invalid(errors=errors) from problem


def _hidden(product: Product) -> dict[str, Any]:
    """What nobody sees stays as it is when people set the rest."""
    codes = {
        s.code for s in specs_from_json(product.type.characteristics) if s.audience == "hidden"
    }
    return {code: value for code, value in product.characteristics.items() if code in codes}


def same_organization(
    owner: Organization | Product, *others: ProductType | Product | Category | Industry | None
) -> None:
    """Raises Invalid when something belongs to another organization."""
    wanted = owner.pk if isinstance(owner, Organization) else owner.organization_id
    for other in others:
        if other is not None and other.organization_id != wanted:
            raise Invalid(
                _("This belongs to another organization."),
                field=other._meta.model_name or "",
                code="OTHER_ORGANIZATION",
            )


def note_overridden(product: Product, changes: dict[str, Any]) -> None:
    """On a managed product, add the columns that really change to `overridden`."""
    if product.type.managed_by:
        changed = [name for name, value in changes.items() if getattr(product, name) != value]
        changes["overridden"] = sorted({*product.overridden, *changed})


def _set_industries(product: Product, industries: Collection[Industry], actor: Actor) -> None:
    """The product's row is locked by the caller."""
    same_organization(product, *industries)
    before = sorted(industry.name for industry in product.industries.all())
    after = sorted(industry.name for industry in industries)
    if before != after:
        product.industries.set(industries)
        changes = {"industries": [", ".join(before), ", ".join(after)]}
        history.record(product, actor=actor, action="product.industries_set", changes=changes)


def _keep_picture(product: Product, before: str | None, actor: Actor, action: str) -> None:
    overridden = product.overridden
    if product.type.managed_by:
        overridden = sorted({*overridden, "image"})
    product.overridden = overridden
    product.version += 1
    product.save(update_fields=["image", "overridden", "version"])
    history.record(product, actor=actor, action=action)
    if before:
        storage = product.image.storage
        # Only once the row no longer names it: a rollback must not leave a product without its picture.
        transaction.on_commit(lambda: storage.delete(before))


def _known(values: dict[str, Any]) -> dict[str, Any]:
    unknown = values.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"a product has no editable {', '.join(sorted(unknown))}")
    return values
