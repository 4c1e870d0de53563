"""What Adobe Services puts on the surfaces."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc import selectors
from adobe3yc.choices import PriceFileState
from adobe3yc.models import PriceFile
from adobe3yc.services import UPLOAD
from adobe3yc.views.price_uploads import upload_back
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.ui import slots
from bss.ui.components import Confirm
from bss.ui.generic.work import RunKind
from bss.ui.slots import Action, NavItem
from bss.ui.timeline import describe
from servicemanager.models import Instance

VIEW = Permission.SERVICE_VIEW
SETUP = Permission.SERVICE_SETUP


def register() -> None:
    """Called once at start-up."""
    slots.register(
        "setup.pages",
        NavItem(
            gettext_lazy("Adobe"), "adobe3yc:home", "document-currency-euro",
            section=gettext_lazy("Services"), permission=VIEW, order=210,
            text=gettext_lazy("Price files, and the prices in force."),
        ),
    )  # fmt: skip
    slots.register(
        "instance.actions",
        Action(
            gettext_lazy("Price files"), "adobe3yc:price-files", "document-currency-euro",
            permission=VIEW, visible=_is_adobe, order=15,
        ),
    )  # fmt: skip
    slots.register("run.kinds", RunKind(UPLOAD, VIEW, back=upload_back, manage=SETUP))
    _price_file_actions()
    _words()


def _is_adobe(_actor: Actor, instance: Instance) -> bool:
    return selectors.is_adobe(instance)


# Price files -----------------------------------------------------------------------------------------------


def _price_file_actions() -> None:
    slots.register(
        "price_file.actions",
        Action(
            gettext_lazy("Put into force"), "adobe3yc:price-file-enforce", "check", "primary", SETUP,
            _is_checked, _enforce_question, "post", 10,
        ),
        Action(
            gettext_lazy("Put into force again"), "adobe3yc:price-file-enforce", "arrow-uturn-left",
            "normal", SETUP, _is_replaced, _enforce_question, "post", 20,
        ),
        Action(
            gettext_lazy("Take back"), _earlier_url, "arrow-uturn-left", "normal", SETUP, _has_earlier,
            order=30,
        ),
        Action(
            gettext_lazy("Discard"), "adobe3yc:price-file-discard", "trash", "danger", SETUP, _is_checked,
            _discard_question, "post", 90,
        ),
    )  # fmt: skip


def _is_checked(_actor: Actor, file: PriceFile) -> bool:
    return bool(file.state == PriceFileState.CHECKED)


def _is_replaced(_actor: Actor, file: PriceFile) -> bool:
    return bool(file.state == PriceFileState.REPLACED)


def _has_earlier(_actor: Actor, file: PriceFile) -> bool:
    return file.state == PriceFileState.IN_FORCE and selectors.file_before(file) is not None


def _earlier_url(file: PriceFile) -> str:
    """The file that would be in force again: its page shows what that changes, and has the button."""
    earlier = selectors.file_before(file)
    return reverse("adobe3yc:price-file", args=[(earlier or file).public_id])


def _enforce_question(file: PriceFile) -> Confirm:
    now = selectors.file_in_force(file.instance, file.kind)
    kind = {"kind": file.get_kind_display(), "before": now.name if now else ""}
    words = (
        _(
            "Prices of the kind %(kind)s come from it at once. %(before)s goes out of force and can come back."
        )
        if now
        else _("Prices of the kind %(kind)s come from it at once.")
    )
    return Confirm(
        _("Put %(name)s into force?") % {"name": file.name}, words % kind, _("Put into force")
    )


def _discard_question(file: PriceFile) -> Confirm:
    return Confirm(
        _("Discard %(name)s?") % {"name": file.name},
        _("It cannot be put into force any more. Prices stay as they are."),
        _("Discard"),
    )


def _words() -> None:
    describe("price_file.taken", gettext_lazy("Read and checked"))
    describe("pricefile.enforce", gettext_lazy("Put into force"), tone="success")
    describe("pricefile.replace", gettext_lazy("Replaced by another file"))
    describe("pricefile.discard", gettext_lazy("Discarded"))
