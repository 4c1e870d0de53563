"""api"""

from django.urls import URLPattern, URLResolver

app_name = "subscriptions-api"
urlpatterns: list[URLPattern | URLResolver] = []
