"""The API's addresses of accounts."""

from django.urls import path

from bss.accounts.api import AccountsView, AccountView, ContactsView, ContactView

app_name = "accounts-api"
urlpatterns = [
    path("accounts/", AccountsView.as_view(), name="accounts"),
    path("accounts/<slug:public_id>/", AccountView.as_view(), name="account"),
    path("contacts/", ContactsView.as_view(), name="contacts"),
    path("contacts/<slug:public_id>/", ContactView.as_view(), name="contact"),
]
