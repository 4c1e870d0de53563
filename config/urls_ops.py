"""What answers under /ops/: raw data for superusers, who sign in as everybody does, with their second factor."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("account/", include("bss.accounts.urls.sign_in")),
    # Before the admin's own, which asks for a password alone.
    path("login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("", include("bss.ui.urls")),
    path("", admin.site.urls),
]

handler400 = "bss.ui.views.bad_request"
handler403 = "bss.ui.views.forbidden"
handler404 = "bss.ui.views.not_found"
handler500 = "bss.ui.views.server_error"
