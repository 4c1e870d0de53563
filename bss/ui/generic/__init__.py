"""Generic screens: an entity's list, record, forms, bulk actions and export from a few declarations."""

from bss.ui.generic.bulk import BulkAction, BulkResult
from bss.ui.generic.detail import DetailView
from bss.ui.generic.edit import ConfirmView, EditView, FormView
from bss.ui.generic.list import ListView
from bss.ui.generic.screen import Page, Screen
from bss.ui.generic.work import RunView

__all__ = [
    "BulkAction",
    "BulkResult",
    "ConfirmView",
    "DetailView",
    "EditView",
    "FormView",
    "ListView",
    "Page",
    "RunView",
    "Screen",
]
