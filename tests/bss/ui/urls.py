"""Addresses the design system's own tests run under: nothing but itself."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("", include("bss.ui.urls")),
    path("account/login/", lambda request: HttpResponse("login"), name="account_login"),
    path("runs/", lambda request: HttpResponse("runs"), name="runs"),
    path("runs/<slug:public_id>/", lambda request, public_id: HttpResponse("run"), name="run"),
]
handler404 = "bss.ui.views.not_found"
handler500 = "bss.ui.views.server_error"
