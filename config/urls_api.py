"""The API: one version, one list of resources, its own description."""

from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api-docs"), name="api-root"),
    path(
        "schema/",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="api-schema",
    ),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api-schema", authentication_classes=[], permission_classes=[]
        ),
        name="api-docs",
    ),
    path("", include("bss.accounts.urls.api")),
    path("", include("bss.catalog.urls.api")),
    path("", include("bss.orders.urls.api")),
    path("", include("bss.subscriptions.urls.api")),
    path("", include("bss.billing.urls.api")),
    path("", include("resellers.urls.api")),
]
