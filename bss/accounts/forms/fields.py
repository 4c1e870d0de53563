"""Inputs that forms about companies and people share: what a service would refuse is told with everything else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bss.accounts.phones import is_phone, phone_words


class PhoneField(forms.CharField):
    """A telephone number, or nothing."""

    def __init__(self, *, label: Any = None) -> None:
        super().__init__(label=label or _("Phone"), max_length=40, required=False)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not is_phone(value):
            raise ValidationError(phone_words(), code="PHONE")
