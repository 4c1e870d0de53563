"""api"""

from django.urls import URLPattern, URLResolver

app_name = "orders-api"
urlpatterns: list[URLPattern | URLResolver] = []
