"""Looking at a storefront through a customer's eyes."""

from django.urls import path

from bss.accounts.views.view_as import end, start

app_name = "view_as"
urlpatterns = [
    path("end/", end, name="end"),
    path("<str:token>/", start, name="start"),
]
