"""/api/v1/product-types, /products and /price-lists.

An organization's token sees list prices and, with cost.view, costs; an account's token sees what its price list holds,
at its own prices. Nobody sees the level above its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.catalog import selectors, services
from bss.catalog.access import access_price_list, access_product, access_product_type
from bss.catalog.api.shapes import (
    PriceListItemOut,
    PriceListOut,
    PriceListWithItems,
    ProductCreate,
    ProductEdit,
    ProductOut,
    ProductTypeOut,
)
from bss.catalog.choices import ProductKind
from bss.catalog.models import AddOn, Category, Industry, PriceList, Product, ProductType
from bss.catalog.ports import OFFERS
from bss.core.actor import Actor
from bss.core.api import IDEMPOTENCY_HEADER, IdempotentView
from bss.core.errors import Invalid, NotFound

IDEMPOTENCY = OpenApiParameter(
    IDEMPOTENCY_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Send the same key again and the first answer comes back; nothing is done twice.",
)


class ProductTypesView(GenericAPIView[Any]):
    """The product types of the token's organization, newest first."""

    scopes = {"GET": Permission.CATALOG_VIEW}
    serializer_class = ProductTypeOut

    @extend_schema(operation_id="product_types_list", responses=ProductTypeOut(many=True))
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        found = ProductType.objects.all()
        if actor.account_id is not None:
            offered = selectors.offered_to(account_of(actor)).order_by()
            found = found.filter(pk__in=offered.values("type_id"))
        page = self.paginate_queryset(found)
        context = {"is_organization": actor.account_id is None}
        return self.get_paginated_response(ProductTypeOut(page, many=True, context=context).data)


class ProductsView(IdempotentView, GenericAPIView[Any]):
    """The products the token sees, newest first, with its own prices."""

    scopes = {"GET": Permission.CATALOG_VIEW, "POST": Permission.CATALOG_EDIT}
    serializer_class = ProductOut

    def get_queryset(self) -> QuerySet[Product]:
        asked = self.request.query_params
        found = seen_by(actor_of(self.request))
        if asked.get("type"):
            found = found.filter(type__public_id=asked["type"])
        if asked.get("category"):
            found = found.filter(category__slug=asked["category"])
        if asked.get("code"):
            found = found.filter(code__iexact=asked["code"])
        if asked.get("kind"):
            found = found.filter(kind=asked["kind"])
        return found.filter(name__icontains=asked["q"]) if asked.get("q") else found

    @extend_schema(
        operation_id="products_list",
        parameters=[
            OpenApiParameter("type", str, description="A product type's id."),
            OpenApiParameter("category", str, description="A category's slug."),
            OpenApiParameter("code", str),
            OpenApiParameter("kind", str, enum=ProductKind.values),
            OpenApiParameter("q", str, description="Part of the name."),
        ],
        responses=ProductOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(shown(actor_of(request), page or []))

    @extend_schema(
        operation_id="products_create",
        parameters=[IDEMPOTENCY],
        request=ProductCreate,
        responses={201: ProductOut},
    )
    def post(self, request: Request) -> Response:
        @transaction.atomic
        def create() -> Response:
            actor, values = actor_of(request), valid(ProductCreate, request)
            kind = _type_named(actor, values.pop("type"))
            prices = values.pop("prices", [])
            product = services.product_create(
                organization=selectors.organization_of(actor),
                type=kind,
                actor=actor,
                **_with_shelves(values),
            )
            _set_prices(product, prices, actor)
            return Response(one_shown(actor, product.public_id), status=status.HTTP_201_CREATED)

        return self.write(request, create)


class ProductView(IdempotentView):
    """One product."""

    scopes = {"GET": Permission.CATALOG_VIEW, "PATCH": Permission.CATALOG_EDIT}

    @extend_schema(operation_id="products_retrieve", responses=ProductOut)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(one_shown(actor_of(request), public_id))

    @extend_schema(
        operation_id="products_edit",
        parameters=[IDEMPOTENCY],
        request=ProductEdit,
        responses=ProductOut,
    )
    def patch(self, request: Request, public_id: str) -> Response:
        @transaction.atomic
        def edit() -> Response:
            actor = actor_of(request)
            product = access_product(actor, public_id, Permission.CATALOG_EDIT)
            values = valid(ProductEdit, request)
            prices = values.pop("prices", [])
            version = values.pop("version", None)
            services.product_edit(
                product=product, version=version, actor=actor, **_with_shelves(values)
            )
            _set_prices(product, prices, actor)
            return Response(one_shown(actor, public_id))

        return self.write(request, edit)


class PriceListsView(GenericAPIView[Any]):
    """The price lists the token owns: its organization's, or a reseller's own. Newest first."""

    scopes = {"GET": Permission.CATALOG_VIEW}
    serializer_class = PriceListOut

    @extend_schema(operation_id="price_lists_list", responses=PriceListOut(many=True))
    def get(self, request: Request) -> Response:
        owned = PriceList.objects.filter(owner_id=actor_of(request).account_id)
        page = self.paginate_queryset(owned)
        return self.get_paginated_response(PriceListOut(page, many=True).data)


class PriceListView(GenericAPIView[Any]):
    """One price list with its items."""

    scopes = {"GET": Permission.CATALOG_VIEW}
    serializer_class = PriceListWithItems

    @extend_schema(operation_id="price_lists_retrieve", responses=PriceListWithItems)
    def get(self, request: Request, public_id: str) -> Response:
        price_list = access_price_list(actor_of(request), public_id)
        items = selectors.price_list_items(price_list)
        head = PriceListOut(price_list).data
        return Response({**head, "items": PriceListItemOut(items, many=True).data})


# What they share ---------------------------------------------------------------------------------------------


def actor_of(request: Request) -> Actor:
    return request._request.actor  # type: ignore[attr-defined]


def account_of(actor: Actor) -> Account:
    """The account a token acts for."""
    return Account.objects.select_related("organization", "parent__organization").get(
        pk=actor.account_id or 0
    )


def valid(serializer: Callable[..., Any], request: Request) -> dict[str, Any]:
    """The request's body as `serializer` cleans it. Raises ValidationError by field."""
    bound = serializer(data=request.data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def seen_by(actor: Actor) -> QuerySet[Product]:
    """Every product for an organization's token, what its list holds for an account's."""
    links = AddOn.objects.filter(is_active=True).select_related("add_on")
    found = (
        selectors.products()
        if actor.account_id is None
        else selectors.offered_to(account_of(actor))
    )
    return found.prefetch_related(Prefetch("add_ons", queryset=links), "industries")


def shown(actor: Actor, products: Sequence[Product]) -> list[dict[str, Any]]:
    """Products as this token may see them, priced in as many queries whatever their number."""
    ids = [product.pk for product in products]
    if actor.account_id is None:
        prices: Mapping[int, Sequence[Any]] = selectors.list_prices_by_product(ids)
    else:
        prices = OFFERS.get().offers(account=account_of(actor), product_ids=ids)
    shows_cost = actor.account_id is None and actor.can(Permission.COST_VIEW)
    context = {"prices": prices, "shows_cost": shows_cost}
    return list(ProductOut(products, many=True, context=context).data)


def one_shown(actor: Actor, public_id: str) -> dict[str, Any]:
    """One product as this token may see it. Raises NotFound."""
    product = seen_by(actor).filter(public_id=public_id).first()
    if product is None:
        raise NotFound
    return shown(actor, [product])[0]


def _type_named(actor: Actor, public_id: str) -> ProductType:
    try:
        return access_product_type(actor, public_id, Permission.CATALOG_EDIT)
    except NotFound as problem:
        raise Invalid(problem.message, field="type", code="TYPE_UNKNOWN") from problem


def _with_shelves(values: dict[str, Any]) -> dict[str, Any]:
    """The slugs of a category and of industries as these themselves."""
    if values.get("category"):
        found = Category.objects.filter(slug=values["category"]).first()
        if found is None:
            raise Invalid(_("No such category."), field="category", code="CATEGORY_UNKNOWN")
        values["category"] = found
    if "industries" in values:
        values["industries"] = _industries_named(values["industries"])
    return values


def _industries_named(slugs: Sequence[str]) -> list[Industry]:
    found = {industry.slug: industry for industry in Industry.objects.filter(slug__in=slugs)}
    unknown = [slug for slug in slugs if slug not in found]
    if unknown:
        raise Invalid(
            _("No such industry: %(slugs)s.") % {"slugs": ", ".join(unknown)},
            field="industries",
            code="INDUSTRY_UNKNOWN",
        )
    return list(found.values())


def _set_prices(product: Product, prices: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    """A cost is set only by who may see costs; without that it stays as it is."""
    if not prices:
        return
    if any("cost" in row for row in prices):
        actor.require(Permission.COST_VIEW)
    rows = [
        services.ListPriceRow(
            row["unit"], row["currency"].upper(), row["price"], row.get("cost"), row["is_active"]
        )
        for row in prices
    ]
    services.list_prices_set(product=product, version=None, rows=rows, actor=actor)
