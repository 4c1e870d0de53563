"""allauth's forms in our words, and the two that are ours: the reset request and the activation."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import User
from bss.accounts.services import password_reset_request


class OurWords:
    """Labels in the words of this product, help where it helps, and no placeholders that vanish when typing."""

    labels: ClassVar[dict[str, Any]] = {
        "login": _("E-mail"),
        "email": _("E-mail"),
        "password": _("Password"),
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password again"),
        "code": _("Code"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in {"password", "oldpassword"}:
                field.help_text = ""
            if name == "code":
                field.widget.attrs |= {"inputmode": "numeric", "autocapitalize": "off"}


class SignInForm(OurWords, account_forms.LoginForm):
    """E-mail and password."""


class PasswordResetForm(OurWords, account_forms.ResetPasswordForm):
    """Whose password to reset. The answer is the same for everybody."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        password_reset_request(email=email, surface=request.surface)  # type: ignore[attr-defined]
        return email


class NewPasswordForm(OurWords, account_forms.ResetPasswordKeyForm):
    """A new password from a reset link."""


class PasswordChangeForm(OurWords, account_forms.ChangePasswordForm):
    """A new password from somebody who is signed in."""


class PasswordAgainForm(OurWords, account_forms.ReauthenticateForm):
    """The password once more, before something that matters."""


class CodeForm(OurWords, mfa_forms.AuthenticateForm):
    """The second factor at sign-in."""


class CodeAgainForm(OurWords, mfa_forms.ReauthenticateForm):
    """The second factor once more, before something that matters."""


class SecondFactorForm(OurWords, totp_forms.ActivateTOTPForm):
    """The first code of a new authenticator app."""


class ActivationForm(forms.Form):
    """The first password of an invited person."""

    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        return str(get_adapter().clean_password(self.cleaned_data["password1"], user=self.user))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("This differs from the password above."))
        return values
