"""FieldSpec: one description of an input, one parser, one renderer, one canonical store.

Characteristics of product types, what a service manager asks in Service Details, its settings and custom fields are
all FieldSpecs. Stored values are JSON: text, whole numbers as int, decimals as text ("1234.5"), dates as ISO text,
booleans, so that a locale never touches what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from babel.dates import format_date
from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bss.core.errors import Invalid
from bss.core.secrets import MASK

FieldType = Literal[
    "text", "long_text", "integer", "decimal", "boolean", "choice", "date", "email", "url", "secret"
]
Audience = Literal["buyer", "staff", "hidden"]
# Beyond this a number is a typing mistake and would not fit any store of ours.
MAX_DIGITS = 20


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One input. `minimum`/`maximum` are canonical text; `choices` are (value, label); `pattern` is matched whole."""

    code: str
    label: str
    type: FieldType = "text"
    required: bool = False
    help: str = ""
    minimum: str = ""
    maximum: str = ""
    max_length: int = 200
    decimals: int = 4
    pattern: str = ""
    pattern_message: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    audience: Audience = "buyer"
    default: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FieldSpec:
        values = dict(data)
        values["choices"] = tuple(tuple(c) for c in values.get("choices", ()))
        return cls(**values)


def specs_from_json(data: Sequence[Mapping[str, Any]]) -> list[FieldSpec]:
    return [FieldSpec.from_json(item) for item in data]


def parse(spec: FieldSpec, raw: Any, *, locale: str = "") -> Any:
    """What a person typed, as the canonical value to store; None when left empty.

    `locale` decides how numbers are read ("1.234,5" in de, "1,234.5" in en); a canonical "1234.5" is understood
    in each. Raises Invalid naming the field.
    """
    text = raw.strip() if isinstance(raw, str) else raw
    if spec.type == "boolean":
        return text in {True, "true", "on", "1", "yes"}
    if text is None or text == "":
        if spec.required:
            raise Invalid(_("This field is required."), code="REQUIRED", field=spec.code)
        return None
    return _PARSERS[spec.type](spec, str(text), locale or get_language() or "en")


def parse_all(
    specs: Sequence[FieldSpec], raw: Mapping[str, Any], *, locale: str = ""
) -> dict[str, Any]:
    """Parse every field. Raises one Invalid that names each field at fault."""
    values: dict[str, Any] = {}
    errors: dict[str, list[Any]] = {}
    for spec in specs:
        try:
            value = parse(spec, raw.get(spec.code), locale=locale)
        except Invalid as problem:
            errors[spec.code] = [problem.message]
        else:
            if value is not None:
                values[spec.code] = value
    if errors:
        raise Invalid(errors=errors)
    return values


def render(spec: FieldSpec, value: Any, *, locale: str = "") -> str:
    """A stored value as people write it in `locale`; secrets masked, nothing stored as ""."""
    where = (locale or get_language() or "en").replace("-", "_")
    if value is None or value == "":
        return ""
    if spec.type == "secret":
        return MASK
    if spec.type == "boolean":
        return _("Yes") if value else _("No")
    if spec.type in {"integer", "decimal"}:
        return format_decimal(Decimal(str(value)), locale=where, decimal_quantization=False)
    if spec.type == "date":
        return format_date(date.fromisoformat(value), locale=where)
    if spec.type == "choice":
        return dict(spec.choices).get(str(value), str(value))
    return str(value)


def form_field(spec: FieldSpec) -> forms.Field:
    """A Django form field that shows, parses and keeps the value through the functions above."""
    return SpecField(spec)


class SpecField(forms.Field):
    """A form field drawn from a FieldSpec; its cleaned value is the canonical one."""

    def __init__(self, spec: FieldSpec) -> None:
        self.spec = spec
        super().__init__(
            required=spec.required,
            label=spec.label,
            help_text=spec.help,
            initial=spec.default or None,
            widget=_widget(spec),
        )

    def prepare_value(self, value: Any) -> Any:
        # A bound field hands back what was typed; an initial value is canonical and shown in the locale.
        if self.spec.type == "secret":
            return ""
        if self.spec.type in {"integer", "decimal"} and isinstance(value, int | Decimal):
            return render(self.spec, value)
        if self.spec.type == "decimal" and isinstance(value, str) and _CANONICAL.fullmatch(value):
            return render(self.spec, value)
        return value

    def clean(self, value: Any) -> Any:
        try:
            return parse(self.spec, value)
        except Invalid as problem:
            raise ValidationError(str(problem.message), code=problem.code) from problem


_CANONICAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _number(spec: FieldSpec, text: str, locale: str) -> Decimal:
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    try:
        if re.fullmatch(r"-?[0-9]+", plain):
            number = Decimal(plain)
        else:
            number = parse_decimal(text, locale=locale.replace("-", "_"), strict=True)
    except (NumberFormatError, InvalidOperation):
        raise Invalid(
            _("Enter a number, such as %(example)s.")
            % {"example": format_decimal(Decimal("1234.5"), locale=locale.replace("-", "_"))},
            code="NOT_A_NUMBER",
            field=spec.code,
        ) from None
    if not number.is_finite() or len(number.as_tuple().digits) > MAX_DIGITS:
        raise Invalid(_("This number is too large."), code="TOO_LARGE", field=spec.code)
    _bounds(spec, number)
    return number


def _bounds(spec: FieldSpec, number: Decimal) -> None:
    if spec.minimum and number < Decimal(spec.minimum):
        raise Invalid(
            _("The smallest possible value is %(limit)s.") % {"limit": spec.minimum},
            code="TOO_SMALL",
            field=spec.code,
        )
    if spec.maximum and number > Decimal(spec.maximum):
        raise Invalid(
            _("The largest possible value is %(limit)s.") % {"limit": spec.maximum},
            code="TOO_LARGE",
            field=spec.code,
        )


def _integer(spec: FieldSpec, text: str, locale: str) -> int:
    number = _number(spec, text, locale)
    if number != number.to_integral_value():
        raise Invalid(_("Enter a whole number."), code="NOT_WHOLE", field=spec.code)
    return int(number)


def _decimal(spec: FieldSpec, text: str, locale: str) -> str:
    number = _number(spec, text, locale)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > spec.decimals:
        raise Invalid(
            _("At most %(count)s decimals are possible.") % {"count": spec.decimals},
            code="TOO_MANY_DECIMALS",
            field=spec.code,
        )
    return format(number, "f")


def _text(spec: FieldSpec, text: str, _locale: str) -> str:
    if len(text) > spec.max_length:
        raise Invalid(
            _("At most %(count)s characters are possible.") % {"count": spec.max_length},
            code="TOO_LONG",
            field=spec.code,
        )
    if spec.pattern and not re.fullmatch(spec.pattern, text):
        raise Invalid(
            spec.pattern_message or _("This does not have the expected form."),
            code="PATTERN",
            field=spec.code,
        )
    return text


def _choice(spec: FieldSpec, text: str, _locale: str) -> str:
    if text not in dict(spec.choices):
        raise Invalid(_("Choose one of the values offered."), code="NOT_OFFERED", field=spec.code)
    return text


def _date(spec: FieldSpec, text: str, _locale: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid(
            _("Enter a date that exists, as YYYY-MM-DD."), code="NOT_A_DATE", field=spec.code
        ) from None


def _email(spec: FieldSpec, text: str, locale: str) -> str:
    try:
        EmailValidator()(text)
    except ValidationError:
        raise Invalid(
            _("Enter a complete e-mail address."), code="NOT_AN_EMAIL", field=spec.code
        ) from None
    return _text(spec, text, locale)


def _url(spec: FieldSpec, text: str, locale: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise Invalid(
            _("Enter an address that begins with https://."), code="NOT_A_URL", field=spec.code
        ) from None
    return _text(spec, text, locale)


_PARSERS = {
    "text": _text,
    "long_text": _text,
    "secret": _text,
    "integer": _integer,
    "decimal": _decimal,
    "choice": _choice,
    "date": _date,
    "email": _email,
    "url": _url,
}


def _widget(spec: FieldSpec) -> forms.Widget:
    if spec.type == "boolean":
        return forms.CheckboxInput()
    if spec.type == "choice":
        return forms.Select(choices=[("", "—"), *spec.choices])
    if spec.type == "long_text":
        return forms.Textarea(attrs={"rows": 4})
    if spec.type == "date":
        return forms.DateInput(attrs={"type": "date"})
    if spec.type == "secret":
        return forms.PasswordInput(attrs={"autocomplete": "off"})
    if spec.type in {"integer", "decimal"}:
        # Not type=number: browsers drop what their own locale does not understand.
        return forms.TextInput(
            attrs={"inputmode": "decimal" if spec.type == "decimal" else "numeric"}
        )
    return forms.TextInput(attrs={"maxlength": spec.max_length})
