"""portal"""

from django.urls import URLPattern, URLResolver

app_name = "servicemanager"
urlpatterns: list[URLPattern | URLResolver] = []
