"""What every screen of a surface shares: one place that asks who acts and whether they may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views import View

from bss.core.actor import Actor
from bss.core.errors import PermissionDenied
from bss.ui.components import Crumb
from bss.ui.slots import actor_of


class Screen(View):
    """A view of a surface. Declare `permission` (a code), or `public = True` for a page without one.

    A visitor sees what its actor is permitted; beyond that anonymous people are sent to the login page, and a member
    without the permission gets PermissionDenied, which the middleware turns into a page. The scope is already
    active: the accounts middleware opened it.
    """

    permission: str = ""
    public: bool = False
    template_name: str = ""
    title: Any = ""

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.public:
            if not self._permitted() and self.actor.is_anonymous:
                return redirect_to_login(request.get_full_path())
            self._require(request)
        return super().dispatch(request, *args, **kwargs)

    def _permitted(self) -> bool:
        if not self.permission:
            raise ImproperlyConfigured(
                f"{type(self).__name__} names no permission and is not public"
            )
        return self.actor.can(self.permission)

    def _require(self, request: HttpRequest) -> None:
        self.actor.require(self.permission)
        if self.actor.read_only and request.method not in {"GET", "HEAD", "OPTIONS"}:
            raise PermissionDenied(
                _("You are looking through a customer's eyes."), code="VIEW_ONLY"
            )

    def may(self, code: str) -> bool:
        return not code or self.actor.can(code)

    def wants_partial(self) -> bool:
        """Whether htmx asked for a part of the page: not for a boosted link, nor to restore its history."""
        htmx: Any = getattr(self.request, "htmx", False)
        return bool(htmx) and not (htmx.boosted or htmx.history_restore_request)

    def get_title(self) -> Any:
        return self.title

    def crumbs(self) -> Sequence[Crumb]:
        """The way here, without the page itself."""
        return ()

    def context(self) -> Mapping[str, Any]:
        """Further template variables of a subclass."""
        return {}

    def page(
        self, context: Mapping[str, Any], *, template: str = "", status: int = 200
    ) -> HttpResponse:
        """Render the screen's template with its title, crumbs and `context`."""
        values = {
            "title": self.get_title(),
            "crumbs": self.crumbs(),
            "view": self,
            **self.context(),
            **context,
        }
        return render(self.request, template or self.template_name, values, status=status)


class Page(Screen):
    """A screen of its own making: a template and `context()`."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return TemplateResponse(
            request,
            self.template_name,
            {"title": self.get_title(), "crumbs": self.crumbs(), "view": self, **self.context()},
        )
