"""The gallery: every component in every state, on one page."""

from bss.ui.generic.screen import Page


class Gallery(Page):
    public = True
    template_name = "ui/gallery.html"
