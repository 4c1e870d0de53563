"""My account."""

from django.urls import path

from storefront.views import my_account

urlpatterns = [
    path("my-account/", my_account.MyAccount.as_view(), name="my-account"),
    path("my-account/profile/", my_account.Profile.as_view(), name="profile"),
    path("my-account/company/", my_account.Company.as_view(), name="company"),
    path("my-account/users/", my_account.Users.as_view(), name="users"),
    path("my-account/users/invite/", my_account.UserInvite.as_view(), name="user-invite"),
    path("my-account/users/<slug:public_id>/", my_account.UserEdit.as_view(), name="user"),
    path(
        "my-account/users/<slug:public_id>/switch/",
        my_account.UserSwitch.as_view(),
        name="user-switch",
    ),
    path("my-account/api/", my_account.Tokens.as_view(), name="tokens"),
    path("my-account/api/new/", my_account.TokenCreate.as_view(), name="token-create"),
    path(
        "my-account/api/<slug:public_id>/revoke/",
        my_account.TokenRevoke.as_view(),
        name="token-revoke",
    ),
]
