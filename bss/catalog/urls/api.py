"""api"""

from django.urls import URLPattern, URLResolver

app_name = "catalog-api"
urlpatterns: list[URLPattern | URLResolver] = []
