"""What Echo sells: one product type with its fields, two products and an add-on.

Amounts are decimal text, per seat and for the whole unit: `cost` is what Echo charges, `price` what it
recommends to sell at. A catalogue is one JSON document, so that a test can put another in its place.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from sandbox.serving import Problem


def _prices(monthly: tuple[str, str], yearly: tuple[str, str]) -> list[dict[str, str]]:
    return [
        {"unit": unit, "currency": "EUR", "cost": cost, "price": price}
        for unit, (cost, price) in (("P1M", monthly), ("P1Y", yearly))
    ]


CATALOGUE: Final[dict[str, Any]] = {
    "version": "1",
    "types": [
        {
            "id": "echo-desk",
            "name": "Echo Desk",
            "description": "A help desk that answers in your customer's language.",
            "fields": [
                {
                    "code": "workspace",
                    "label": "Workspace name",
                    "help": "Part of the address: 3 to 30 lower-case letters, digits and hyphens.",
                    "type": "text",
                    "required": True,
                    "max_length": 30,
                    "pattern": "[a-z0-9][a-z0-9-]{1,28}[a-z0-9]",
                    "changeable": True,
                },
                {
                    "code": "region",
                    "label": "Data region",
                    "help": "Where the data is kept. It cannot be changed later.",
                    "type": "choice",
                    "required": True,
                    "choices": [
                        {"value": "eu-west", "label": "Europe, west"},
                        {"value": "eu-north", "label": "Europe, north"},
                        {"value": "us-east", "label": "United States, east"},
                    ],
                    "changeable": False,
                },
                {
                    "code": "greeting",
                    "label": "Greeting",
                    "help": "The first line of every answer.",
                    "type": "text",
                    "required": False,
                    "max_length": 80,
                    "changeable": True,
                },
            ],
            "products": [
                {
                    "sku": "echo-desk-team",
                    "kind": "product",
                    "name": "Echo Desk Team",
                    "description": "Shared inbox, answers by e-mail, for teams of up to 50 seats.",
                    "quantity": {"minimum": 1, "maximum": 50},
                    "changes_to": ["echo-desk-business"],
                    "prices": _prices(("5.60", "7.00"), ("56.00", "70.00")),
                },
                {
                    "sku": "echo-desk-business",
                    "kind": "product",
                    "name": "Echo Desk Business",
                    "description": "All of Team, with chat, service levels and reports.",
                    "quantity": {"minimum": 5, "maximum": 5000},
                    "changes_to": [],
                    "prices": _prices(("9.60", "12.00"), ("96.00", "120.00")),
                },
                {
                    "sku": "echo-desk-archive",
                    "kind": "addon",
                    "name": "Echo Desk Archive",
                    "description": "Keeps every conversation for ten years.",
                    "quantity": {"minimum": 1, "maximum": 5000},
                    "extends": ["echo-desk-team", "echo-desk-business"],
                    "prices": _prices(("1.60", "2.00"), ("16.00", "20.00")),
                },
            ],
        }
    ],
}


def check_sale(catalogue: Mapping[str, Any], target: Mapping[str, Any]) -> None:
    """Refuse (Problem 422) a subscription's target state that this catalogue does not sell."""
    product_type, product = find_product(catalogue, target["sku"], field="sku")
    if product["kind"] != "product":
        cause = f"{target['sku']} is an add-on: name it in addons of the subscription it extends."
        raise _refusal("addon_alone", cause, "sku")
    _check_offer(product, target["quantity"], target["unit"], "quantity")
    _check_attributes(product_type["fields"], target["attributes"])
    for number, line in enumerate(target["addons"]):
        field = f"addons[{number}]"
        _, addon = find_product(catalogue, line["sku"], field=f"{field}.sku")
        if target["sku"] not in addon.get("extends", ()):
            cause = f"{line['sku']} does not extend {target['sku']}."
            raise _refusal("addon_not_offered", cause, f"{field}.sku")
        _check_offer(addon, line["quantity"], target["unit"], f"{field}.quantity")


def check_change(
    catalogue: Mapping[str, Any], current: Mapping[str, Any], target: Mapping[str, Any]
) -> None:
    """Refuse (Problem 422) what an existing subscription may not become."""
    if current["status"] == "cancelled":
        cause = "A cancelled subscription stays as it is. Order a new one."
        raise _refusal("subscription_cancelled", cause, "status")
    if current["account"] != target["account"]:
        raise _refusal("account_fixed", "A subscription cannot change its account.", "account")
    if target["status"] == "cancelled":
        return
    product_type, product = find_product(catalogue, current["sku"], field="sku")
    if target["sku"] not in {current["sku"], *product.get("changes_to", ())}:
        cause = f"{current['sku']} cannot be changed to {target['sku']}."
        raise _refusal("change_not_offered", cause, "sku")
    for spec in product_type["fields"]:
        code = spec["code"]
        fixed = not spec.get("changeable", True)
        if fixed and current["attributes"].get(code) != target["attributes"].get(code):
            cause = f"{spec['label']} cannot be changed."
            raise _refusal("attribute_fixed", cause, f"attributes.{code}")


def find_product(
    catalogue: Mapping[str, Any], sku: str, *, field: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the product type and the product of a SKU; raises Problem 422 naming `field`."""
    for product_type in catalogue["types"]:
        for product in product_type["products"]:
            if product["sku"] == sku:
                return product_type, product
    raise _refusal("sku_unknown", f"There is no product {sku}.", field)


def _check_offer(product: Mapping[str, Any], quantity: int, unit: str, field: str) -> None:
    limits = product["quantity"]
    if not limits["minimum"] <= quantity <= limits["maximum"]:
        cause = f"{product['name']} is sold from {limits['minimum']} to {limits['maximum']} seats."
        raise _refusal("quantity_out_of_range", cause, field)
    if unit not in {price["unit"] for price in product["prices"]}:
        raise _refusal("unit_not_offered", f"{product['name']} is not sold per {unit}.", "unit")


def _check_attributes(specs: list[dict[str, Any]], attributes: Mapping[str, Any]) -> None:
    known = {spec["code"]: spec for spec in specs}
    for code in attributes:
        if code not in known:
            cause = f"There is no attribute {code}."
            raise _refusal("attribute_unknown", cause, f"attributes.{code}")
    for code, spec in known.items():
        value = attributes.get(code)
        if value is None or value == "":
            if spec["required"]:
                cause = f"{spec['label']} is required."
                raise _refusal("attribute_required", cause, f"attributes.{code}")
        elif not _fits(spec, str(value)):
            cause = f"{spec['label']} is not valid: {value}."
            raise _refusal("attribute_invalid", cause, f"attributes.{code}")


def _fits(spec: Mapping[str, Any], value: str) -> bool:
    choices = [choice["value"] for choice in spec.get("choices", ())]
    return (
        (not choices or value in choices)
        and len(value) <= spec.get("max_length", 200)
        and re.fullmatch(spec.get("pattern", ".*"), value) is not None
    )


def _refusal(code: str, message: str, field: str) -> Problem:
    return Problem(422, code, message, field=field)
