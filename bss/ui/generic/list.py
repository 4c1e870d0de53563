"""The list screen: an entity's table, filters, saved views, bulk actions and export from a few declarations.

class AccountList(ListView):
    permission = "account.view"
    title = _("Customers")
    table = AccountTable
    filterset = AccountFilter
    search = ("name", "number")
    saved_views = (SavedView("resellers", _("Resellers"), {"kind": "reseller"}),)
    empty = EmptyState(_("No customers yet"), _("A customer buys from you."), Button(...))

    def queryset(self): return accounts_visible(self.actor)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django_filters import FilterSet

from bss.core.errors import Invalid
from bss.ui import filters
from bss.ui.components import Button, EmptyState, SavedView
from bss.ui.generic.bulk import BULK_LIMIT, BulkAction, report
from bss.ui.generic.export import CHUNK, csv_response
from bss.ui.generic.screen import Screen
from bss.ui.keyset import PAGE_SIZE, Cursor, capped_count, page_of
from bss.ui.tables import Table

# Words of the query that are about the list, not about its filters.
RESERVED = frozenset({"sort", "after", "view", "export", "q"})


class ListView(Screen):
    """See the module's example. Every attribute but `table`, `permission` and `queryset` is optional."""

    template_name = "ui/generic/list.html"
    results_template = "ui/generic/_results.html"
    table: type[Table]
    filterset: type[FilterSet] | None = None
    search: Sequence[str] = ()
    search_label: Any = ""
    saved_views: Sequence[SavedView] = ()
    bulk_actions: Sequence[BulkAction] = ()
    empty: EmptyState | None = None
    intro: Any = ""
    page_size: int = PAGE_SIZE
    exportable: bool = True
    export_name: str = ""
    key_field: str = "public_id"

    # What a subclass says ------------------------------------------------------------------------

    def queryset(self) -> QuerySet[Any]:
        """The rows this actor may see, with everything the columns read (select_related)."""
        raise ImproperlyConfigured(f"{type(self).__name__} needs queryset()")

    def primary_action(self) -> Button | None:
        """The one button at the top, such as a new customer."""
        return None

    def header_actions(self) -> Sequence[Button]:
        """Further actions, in the menu beside the primary one."""
        return ()

    def search_filter(self, text: str) -> Q:
        """How the search field looks things up; by default, contained in any of `search`."""
        where = Q()
        for path in self.search:
            where |= Q(**{f"{path}__icontains": text})
        return where

    # Requests --------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.exportable and request.GET.get("export") == "csv":
            return self._export()
        response = self._rendered()
        patch_vary_headers(response, ["HX-Request"])
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "columns_set" in request.POST:
            return self._remember_columns(request)
        action = next((a for a in self.allowed_bulk() if a.key == request.POST.get("bulk")), None)
        if action is None:
            raise Invalid(code="BULK_UNKNOWN")
        return self._bulk(request, action)

    # Parts -------------------------------------------------------------------------------------------

    @property
    def params(self) -> QueryDict:
        """The query, with the chosen saved view's filters where the query itself has none."""
        params = self.request.GET.copy()
        view = self.current_view()
        if view is not None:
            for name, value in view.params.items():
                if name not in params:
                    params.setlist(name, [value] if isinstance(value, str) else list(value))
        return params

    def current_view(self) -> SavedView | None:
        key = self.request.GET.get("view", "")
        return next((view for view in self.saved_views if view.key == key), None)

    def allowed_bulk(self) -> list[BulkAction]:
        return [action for action in self.bulk_actions if self.may(action.permission)]

    def filtered(self) -> tuple[QuerySet[Any], FilterSet | None]:
        """The rows after search and filters, and the bound filterset. An invalid filter filters nothing."""
        rows, params = self.queryset(), self.params
        text = params.get("q", "").strip()
        if text and self.search:
            rows = rows.filter(self.search_filter(text))
        if self.filterset is None:
            return rows, None
        bound = self.filterset(params, queryset=rows, request=self.request)
        return bound.qs, bound

    def columns_key(self) -> str:
        return f"columns:{type(self).__module__}.{type(self).__qualname__}"

    # Answers -----------------------------------------------------------------------------------------

    def _rendered(self) -> HttpResponse:
        request, params = self.request, self.params
        rows, bound = self.filtered()
        table = self.table(request, request.session.get(self.columns_key()))
        sort = params.get("sort", "")
        page = page_of(
            rows, table.order_by(sort), Cursor.decode(params.get("after", "")), self.page_size
        )
        whole_shown = not page.previous and not page.next
        count, capped = (len(page.rows), False) if whole_shown else capped_count(rows)
        chips = filters.chips(params, bound, RESERVED)
        shown = list(table.rows(page.rows))
        context: dict[str, Any] = {
            "table": table,
            "heads": [(head, self._link(sort=head.order)) for head in table.heads(sort)],
            "rows": shown,
            "menus": any(row.actions for row in shown),
            "totals": table.totals(page.rows),
            "previous_url": self._link(after=page.previous) if page.previous else "",
            "next_url": self._link(after=page.next) if page.next else "",
            "count": count,
            "count_capped": capped,
            "filterset": bound,
            "filter_fields": filters.fields(bound),
            "chips": chips,
            "clear_url": self._link_cleared(),
            "search": params.get("q", ""),
            "sort": sort,
            "narrowed": bool(chips or params.get("q")),
            "saved": self._saved_tabs(),
            "bulk": self.allowed_bulk(),
            "empty": self.empty,
            "export_url": self._link(export="csv", after="") if self.exportable else "",
            "primary_action": self.primary_action(),
            "header_actions": self.header_actions(),
            "query": request.GET.urlencode(),
        }
        partial = self._wants_partial()
        return self.page(context, template=self.results_template if partial else self.template_name)

    def _wants_partial(self) -> bool:
        htmx: Any = getattr(self.request, "htmx", False)
        return bool(htmx) and not (htmx.boosted or htmx.history_restore_request)

    def _export(self) -> HttpResponseBase:
        rows, _bound = self.filtered()
        table = self.table(self.request, self.request.session.get(self.columns_key()))
        ordered = rows.order_by(table.order_by(self.params.get("sort", "")), "pk")
        name = self.export_name or self.queryset().model._meta.model_name or "export"
        return csv_response(name, table.visible, ordered.iterator(chunk_size=CHUNK))

    def _remember_columns(self, request: HttpRequest) -> HttpResponseBase:
        chosen = [key for key in request.POST.getlist("columns") if key in self.table.columns]
        request.session[self.columns_key()] = chosen
        return HttpResponseRedirect(request.get_full_path())

    def _bulk(self, request: HttpRequest, action: BulkAction) -> HttpResponseBase:
        rows = self._chosen(request)
        if action.confirm is not None and "confirmed" not in request.POST:
            count = rows.count()
            context = {
                "action": action,
                "confirm": action.confirm(count),
                "count": count,
                "ids": request.POST.getlist("ids"),
                "everything": "everything" in request.POST,
                "back_url": request.get_full_path(),
            }
            return self.page(context, template="ui/generic/bulk_confirm.html")
        report(request, action, action.run(rows, self.actor))
        return HttpResponseRedirect(request.get_full_path())

    def _chosen(self, request: HttpRequest) -> QuerySet[Any]:
        rows, _bound = self.filtered()
        if "everything" not in request.POST:
            rows = rows.filter(**{f"{self.key_field}__in": request.POST.getlist("ids")})
        elif capped_count(rows, BULK_LIMIT)[1]:
            raise Invalid(code="BULK_TOO_MANY", extra={"limit": BULK_LIMIT})
        return rows

    # Links -------------------------------------------------------------------------------------------

    def _link(self, **changes: str) -> str:
        params = self.request.GET.copy()
        for name, value in changes.items():
            if value:
                params[name] = value
            else:
                params.pop(name, None)
        if "sort" in changes:
            params.pop("after", None)
        return f"?{params.urlencode()}"

    def _link_cleared(self) -> str:
        kept = {k: v for k in ("view", "sort") if (v := self.request.GET.get(k))}
        return f"?{urlencode(kept)}"

    def _saved_tabs(self) -> list[Mapping[str, Any]]:
        current = self.current_view()
        return [
            {
                "label": view.label,
                "url": f"?{urlencode({'view': view.key})}",
                "current": view is current,
            }
            for view in self.saved_views
        ]
