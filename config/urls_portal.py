"""What answers under /portal/: the middleware sets that script prefix and this configuration."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("bss.accounts.urls.sign_in")),
    path("", include("bss.accounts.urls.portal")),
    path("", include("bss.catalog.urls.portal")),
    path("", include("bss.installments.urls")),
    path("", include("bss.pricing.urls")),
    path("", include("bss.orders.urls.portal")),
    path("", include("bss.subscriptions.urls.portal")),
    path("", include("bss.billing.urls.portal")),
    path("", include("notifications.urls.portal")),
    path("", include("servicemanager.urls.portal")),
    path("", include("resellers.urls.portal")),
    path("", include("adobe3yc.urls.portal")),
    path("", include("bss.ui.urls")),
    path("", include("bss.portal.urls")),
]

handler400 = "bss.ui.views.bad_request"
handler403 = "bss.ui.views.forbidden"
handler404 = "bss.ui.views.not_found"
handler500 = "bss.ui.views.server_error"
