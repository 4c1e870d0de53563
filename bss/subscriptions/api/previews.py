"""/api/v1/subscriptions/<id>/<change>/preview/: what a change will mean, before it is asked for.

Worked out by what will bill it and not written anywhere; refused as the change itself would be. With the token that is
answered the change is done at these amounts, or refused because something moved.
"""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bss.orders.api import actor_of, valid
from bss.subscriptions import services
from bss.subscriptions.api import (
    AddOnsView,
    CancelView,
    ChangeView,
    ProductView,
    QuantityView,
    RenewalView,
)
from bss.subscriptions.api.shapes import (
    AddOnsWish,
    CancelWish,
    ChangePreviewOut,
    ProductWish,
    QuantityWish,
    RenewalWish,
)


def preview_of(view: ChangeView, request: Request, public_id: str) -> Response:
    """What the change of `view` would mean."""
    actor, given = actor_of(request), valid(view.serializer, request)
    found = view.subscription(actor, public_id)
    preview = services.change_preview(
        subscription=found, kind=view.kind, actor=actor, **view.wish(found, given)
    )
    return Response(ChangePreviewOut(preview).data)


class QuantityPreview(QuantityView):
    """What another quantity will mean."""

    serializer = QuantityWish

    @extend_schema(
        operation_id="subscriptions_preview_quantity",
        request=QuantityWish,
        responses=ChangePreviewOut,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return preview_of(self, request, public_id)


class AddOnsPreview(AddOnsView):
    """What a new add-on, or more, fewer or none of one, will mean."""

    serializer = AddOnsWish

    @extend_schema(
        operation_id="subscriptions_preview_add_ons",
        request=AddOnsWish,
        responses=ChangePreviewOut,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return preview_of(self, request, public_id)


class RenewalPreview(RenewalView):
    """What the next term will begin with; its price is today's, and that of the day counts."""

    serializer = RenewalWish

    @extend_schema(
        operation_id="subscriptions_preview_renewal",
        request=RenewalWish,
        responses=ChangePreviewOut,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return preview_of(self, request, public_id)


class ProductPreview(ProductView):
    """What another product of the same type will mean."""

    serializer = ProductWish

    @extend_schema(
        operation_id="subscriptions_preview_product",
        request=ProductWish,
        responses=ChangePreviewOut,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return preview_of(self, request, public_id)


class CancelPreview(CancelView):
    """What the end will mean."""

    serializer = CancelWish

    @extend_schema(
        operation_id="subscriptions_preview_cancel",
        request=CancelWish,
        responses=ChangePreviewOut,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return preview_of(self, request, public_id)
