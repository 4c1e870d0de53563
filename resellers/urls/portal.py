"""portal"""

from django.urls import URLPattern, URLResolver

app_name = "resellers"
urlpatterns: list[URLPattern | URLResolver] = []
