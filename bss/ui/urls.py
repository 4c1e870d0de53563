"""Addresses of the design system, included by both surfaces."""

from django.urls import path

from bss.ui import gallery, views

app_name = "ui"
urlpatterns = [
    path("theme/<slug:key>.<slug:digest>.css", views.theme_css, name="theme"),
    path("appearance/", views.appearance, name="appearance"),
    path("design/", gallery.Gallery.as_view(), name="gallery"),
]
