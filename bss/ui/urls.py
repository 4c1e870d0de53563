"""Addresses of the design system, included by both surfaces."""

from django.urls import path

from bss.ui import views
from bss.ui.gallery.views import Gallery, Screen

app_name = "ui"
urlpatterns = [
    path("theme/<slug:key>.<slug:digest>.css", views.theme_css, name="theme"),
    path("appearance/", views.appearance, name="appearance"),
    path("design/", Gallery.as_view(), name="gallery"),
    path("design/<slug:name>/", Screen.as_view(), name="gallery_screen"),
]
