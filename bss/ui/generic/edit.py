"""Form pages: create and edit through a service, with an error summary, kept input and a check for stale records.

class AccountEdit(EditView):
    permission = "account.edit"
    form_class = AccountForm
    fieldsets = (Fieldset(_("Company"), ("name", "email")), ...)

    def get_object(self): return access_account(self.actor, self.kwargs["public_id"])
    def save(self, form): return account_edit(account=self.object, actor=self.actor, **form.cleaned_data)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.encoding import force_str
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.core.errors import DomainError, Invalid, NotFound, PermissionDenied
from bss.ui.components import Fieldset
from bss.ui.generic.screen import Screen


class FormView(Screen):
    """A page with one form. `save` calls a service and returns the record, or raises DomainError."""

    template_name = "ui/generic/form.html"
    form_class: type[BaseForm]
    fieldsets: Sequence[Fieldset] = ()
    submit_label: Any = gettext_lazy("Save")
    success_message: Any = ""
    intro: Any = ""
    # The consequence, said beside the button of a form that changes more than its own record.
    consequence: Any = ""
    danger: bool = False
    object: Any = None

    # What a subclass says ------------------------------------------------------------------------

    def save(self, form: Any) -> Any:
        """Call the service with `form.cleaned_data`. Raises DomainError; Invalid.errors go to the fields."""
        raise ImproperlyConfigured(f"{type(self).__name__} needs save()")

    def initial(self) -> Mapping[str, Any]:
        return {}

    def form_kwargs(self) -> Mapping[str, Any]:
        """Further arguments of the form's constructor."""
        return {}

    def success_url(self, result: Any) -> str:
        """Where to go after saving; the record's own page by default."""
        return str(result.get_absolute_url())

    def cancel_url(self) -> str:
        crumbs = [crumb for crumb in self.crumbs() if crumb.url]
        return crumbs[-1].url if crumbs else ""

    # Requests --------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.prepare()
        return self.rendered(self.build())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.prepare()
        form = self.build(data=request.POST, files=request.FILES)
        if not form.is_valid() or not self.still_current(form):
            return self.rendered(form, status=400)
        try:
            result = self.save(form)
        except (NotFound, PermissionDenied):
            raise
        except DomainError as error:
            add_domain_error(form, error)
            return self.rendered(form, status=error.status)
        if self.success_message:
            messages.success(request, force_str(self.success_message) % {"it": result})
        return HttpResponseRedirect(self.next_url() or self.success_url(result))

    # Parts -------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Find what the form is about, before it is built."""

    def build(self, **bound: Any) -> Any:
        return self.form_class(initial=dict(self.initial()), **bound, **self.form_kwargs())

    def still_current(self, form: Any) -> bool:
        return True

    def next_url(self) -> str:
        url = self.request.POST.get("next", "") or self.request.GET.get("next", "")
        hosts = {self.request.get_host()}
        safe = url_has_allowed_host_and_scheme(url, hosts, require_https=self.request.is_secure())
        return url if safe else ""

    def rendered(self, form: Any, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "fieldsets": self.fieldsets,
            "submit_label": self.submit_label,
            "cancel_url": self.next_url() or self.cancel_url(),
            "next_url": self.next_url(),
            "object": self.object,
            "intro": self.intro,
            "consequence": self.consequence,
            "danger": self.danger,
            "version": version_of(self.object),
        }
        return self.page(context, status=status)


class EditView(FormView):
    """A form about one record, which nobody else may have changed since the page was opened."""

    success_message = gettext_lazy("Saved.")

    def get_object(self) -> Any:
        """The record, through the app's access.py. Raises NotFound outside the actor's scope."""
        raise ImproperlyConfigured(f"{type(self).__name__} needs get_object()")

    def prepare(self) -> None:
        self.object = self.get_object()

    def initial(self) -> Mapping[str, Any]:
        """The record's present values of the form's fields."""
        names = self.form_class.base_fields  # type: ignore[attr-defined]
        return {name: getattr(self.object, name) for name in names if hasattr(self.object, name)}

    def still_current(self, form: Any) -> bool:
        """Whether the record is as it was; otherwise the form says so and a second save goes through."""
        seen = self.request.POST.get("version", "")
        if not seen or seen == version_of(self.object):
            return True
        form.add_error(
            None,
            _(
                "Somebody changed this record after you opened it. Your input is kept: compare it with the "
                "record, then save again to replace their change."
            ),
        )
        return False


class ConfirmView(FormView):
    """A page that names a consequence and asks once; the same page without JavaScript and with it."""

    template_name = "ui/generic/confirm.html"
    submit_label = gettext_lazy("Confirm")


def version_of(subject: Any) -> str:
    """What changes whenever the record does: its `version`, or its `updated_at`; "" when it has neither."""
    if subject is None:
        return ""
    version = getattr(subject, "version", None)
    if version is None:
        changed_at = getattr(subject, "updated_at", None)
        version = changed_at.isoformat() if changed_at else ""
    return str(version)


def add_domain_error(form: Any, error: DomainError) -> None:
    """Put a refusal where it belongs: on its fields, or over the form, with the remedy behind the cause."""
    errors = (
        error.errors
        if isinstance(error, Invalid) and error.errors
        else {error.field: [error.message]}
    )
    for name, texts in errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, force_str(text))
    if error.remedy:
        form.add_error(None, force_str(error.remedy))
