"""Price lists: the list, the record, its items and the accounts that buy from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog import selectors, services
from bss.catalog.access import access_price_list, access_price_list_item
from bss.catalog.filters import PriceListFilter, ProductFilter
from bss.catalog.forms.fields import Confirmation
from bss.catalog.forms.price_lists import (
    NewPriceListForm,
    PriceListForm,
    PriceListItemForm,
    RuleForAllForm,
)
from bss.catalog.models import PriceList, PriceListItem, Product
from bss.catalog.tables import AddableProductTable, PriceListTable, price_list_badge
from bss.core import clock
from bss.core.actor import Actor
from bss.ui.components import Attention, Badge, Button, Crumb, EmptyState, Fact, SavedView
from bss.ui.generic import (
    BulkAction,
    BulkResult,
    ConfirmView,
    DetailView,
    EditView,
    FormView,
    ListView,
)


class PriceListList(ListView):
    permission = Permission.CATALOG_VIEW
    title = _("Price lists")
    intro = _("Who sees which products, and at which prices.")
    table = PriceListTable
    filterset = PriceListFilter
    search = ("name",)
    search_label = _("Search price lists")
    saved_views = (SavedView("active", _("Active"), {"is_active": "true"}),)

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No price lists yet"),
            _(
                "Buyers see only what their price list holds. Make one the default, and everybody has one."
            ),
            self.primary_action(),
            "tag",
        )

    def queryset(self) -> QuerySet[PriceList]:
        return selectors.price_lists()

    def primary_action(self) -> Button | None:
        if not self.may(Permission.CATALOG_EDIT):
            return None
        return Button(_("New price list"), reverse("catalog:price-list-create"), "plus", "primary")


class PriceListDetail(DetailView):
    """The items with their resulting prices are a tab that pricing brings."""

    permission = Permission.CATALOG_VIEW
    slot = "price_list"
    object: PriceList

    def get_object(self) -> PriceList:
        return access_price_list(self.actor, self.kwargs["public_id"])

    def badge(self) -> Badge:
        return price_list_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        found = self.object
        return [
            Fact(_("Currency"), found.currency),
            Fact(_("Valid from"), found.valid_from),
            Fact(_("Valid until"), found.valid_until or _("No end")),
            Fact(_("Default"), found.is_default),
            Fact(_("Accounts"), selectors.accounts_on(found).count()),
        ]

    def attention(self) -> Sequence[Attention]:
        found, today = self.object, clock.today()
        if found.valid_until and found.valid_until < today:
            words = _("Its accounts buy from the default list of %(currency)s instead.")
            return [Attention(_("This list has ended"), words % {"currency": found.currency})]
        if found.valid_from > today:
            return [
                Attention(
                    _("This list is not valid yet"),
                    _("Until it is, its accounts buy from the default list."),
                    "info",
                )
            ]
        return []

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Price lists"), reverse("catalog:price-list-list"))]


class PriceListCreate(FormView):
    permission = Permission.CATALOG_EDIT
    title = _("New price list")
    form_class = NewPriceListForm
    submit_label = _("Create price list")
    success_message = _("%(it)s created. Next: its products.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Price lists"), reverse("catalog:price-list-list"))]

    def initial(self) -> Mapping[str, Any]:
        organization = selectors.organization_of(self.actor)
        return {
            "currency": organization.currency,
            "valid_from": selectors.local_date(organization),
            "is_active": True,
        }

    def save(self, form: Any) -> PriceList:
        return services.price_list_create(
            organization=selectors.organization_of(self.actor),
            actor=self.actor,
            **form.cleaned_data,
        )

    def success_url(self, result: Any) -> str:
        return reverse("catalog:price-list-detail", args=[result.public_id])


class _PriceListScreen(EditView):
    """A page about one price list."""

    permission = Permission.CATALOG_EDIT
    object: PriceList

    def get_object(self) -> PriceList:
        return access_price_list(self.actor, self.kwargs["public_id"], Permission.CATALOG_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Price lists"), reverse("catalog:price-list-list")),
            Crumb(self.object.name, self.success_url(self.object)),
        ]

    def success_url(self, result: Any) -> str:
        return reverse("catalog:price-list-detail", args=[self.object.public_id])


class PriceListEdit(_PriceListScreen):
    title = _("Edit price list")
    form_class = PriceListForm

    def save(self, form: Any) -> PriceList:
        return services.price_list_edit(
            price_list=self.object,
            version=self.object.version,
            actor=self.actor,
            **form.cleaned_data,
        )


class PriceListRule(_PriceListScreen):
    title = _("One rule for the whole list")
    form_class = RuleForAllForm
    consequence = _("Every item of this list gets this rule, also those with one of their own.")
    submit_label = _("Change every price")

    def initial(self) -> Mapping[str, Any]:
        return {"rule": "list"}

    def save(self, form: Any) -> PriceList:
        services.price_list_rule_for_all(
            price_list=self.object, actor=self.actor, **form.cleaned_data
        )
        return self.object


class PriceListItemsAdd(ListView):
    """Products that are not on the list yet; those chosen are put on it at the list price."""

    permission = Permission.CATALOG_EDIT
    table = AddableProductTable
    filterset = ProductFilter
    search = ("name", "code", "vendor")
    search_label = _("Search products")
    exportable = False
    intro = _(
        "Choose what this list's buyers see. Each starts at the list price; change the rule after."
    )
    empty = EmptyState(
        _("Everything on sale is on this list"),
        _("New products appear here."),
        None,
        "check-circle",
    )

    @cached_property
    def price_list(self) -> PriceList:
        return access_price_list(self.actor, self.kwargs["public_id"], Permission.CATALOG_EDIT)

    def get_title(self) -> Any:
        return _("Add products to %(name)s") % {"name": self.price_list.name}

    def crumbs(self) -> Sequence[Crumb]:
        own = reverse("catalog:price-list-detail", args=[self.price_list.public_id])
        return [
            Crumb(_("Price lists"), reverse("catalog:price-list-list")),
            Crumb(self.price_list.name, own),
        ]

    def queryset(self) -> QuerySet[Product]:
        return selectors.products_not_on(self.price_list)

    def allowed_bulk(self) -> list[BulkAction]:
        return [BulkAction("add", _("Add to the list"), self._add, "plus", kind="primary")]

    def _add(self, rows: QuerySet[Product], actor: Actor) -> BulkResult:
        done = services.price_list_items_add(price_list=self.price_list, products=rows, actor=actor)
        return BulkResult(done)


class PriceListItemEdit(EditView):
    permission = Permission.CATALOG_EDIT
    title = _("Price on this list")
    form_class = PriceListItemForm
    object: PriceListItem

    def get_object(self) -> PriceListItem:
        self.price_list = access_price_list(
            self.actor, self.kwargs["public_id"], Permission.CATALOG_EDIT
        )
        return access_price_list_item(
            self.actor, self.price_list, self.kwargs["pk"], Permission.CATALOG_EDIT
        )

    @property
    def intro(self) -> Any:
        return self.object.product.name

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Price lists"), reverse("catalog:price-list-list")),
            Crumb(self.price_list.name, self.success_url(None)),
        ]

    def save(self, form: Any) -> PriceListItem:
        """Another unit is another item: the one for every unit stays."""
        return services.price_list_item_set(
            price_list=self.price_list,
            product=self.object.product,
            actor=self.actor,
            **form.cleaned_data,
        )

    def success_url(self, result: Any) -> str:
        return reverse("catalog:price-list-detail", args=[self.price_list.public_id])


class PriceListItemRemove(ConfirmView):
    permission = Permission.CATALOG_EDIT
    form_class = Confirmation
    danger = True
    intro = _("Its buyers no longer see it. Subscriptions they have go on.")
    submit_label = _("Take it off")
    success_message = _("Taken off the list.")

    def prepare(self) -> None:
        self.price_list = access_price_list(
            self.actor, self.kwargs["public_id"], Permission.CATALOG_EDIT
        )
        self.item = access_price_list_item(
            self.actor, self.price_list, self.kwargs["pk"], Permission.CATALOG_EDIT
        )

    def get_title(self) -> Any:
        return _("Take %(product)s off %(list)s?") % {
            "product": self.item.product.name,
            "list": self.price_list.name,
        }

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(self.price_list.name, self.success_url(None))]

    def save(self, form: Any) -> PriceListItem:
        services.price_list_item_remove(item=self.item, actor=self.actor)
        return self.item

    def success_url(self, result: Any) -> str:
        return reverse("catalog:price-list-detail", args=[self.price_list.public_id])
