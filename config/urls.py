"""What answers outside the portal: storefronts, the API, health. An alias only sets the script prefix."""

from django.conf import settings
from django.urls import include, path
from django.views.static import serve

from bss.core.views import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", include("config.urls_api")),
    path("account/", include("bss.accounts.urls.sign_in")),
    path("view-as/", include("bss.accounts.urls.view_as")),
    path("", include("bss.ui.urls")),
    path("", include("resellers.urls.storefront")),
    path("", include("adobe3yc.urls.storefront")),
    path("", include("storefront.urls")),
]
if settings.DEMO:
    # Production serves uploads from its own web server or object store.
    urlpatterns += [path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT})]

handler400 = "bss.ui.views.bad_request"
handler403 = "bss.ui.views.forbidden"
handler404 = "bss.ui.views.not_found"
handler500 = "bss.ui.views.server_error"
