"""FieldSpec: one description of an input, one parser, one renderer, one canonical store.

Characteristics of product types, what a service manager asks in Service Details, its settings and custom fields are
all FieldSpecs. Stored values are JSON: text, whole numbers as int, decimals as text ("1234.5"), dates as ISO text,
booleans, so that a locale never touches what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol
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
    label: Any  # text, or a lazy translation
    type: FieldType = "text"
    required: bool = False
    help: Any = ""
    minimum: str = ""
    maximum: str = ""
    max_length: int = 200
    decimals: int = 4
    pattern: str = ""
    pattern_message: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    audience: Audience = "buyer"
    default: str = ""
    # Wanted by whoever asks, unless another answer spares it: no screen calls it optional, and the asker refuses it.
    is_wanted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; lazy texts are written in the active language."""
        texts = {name: str(getattr(self, name)) for name in ("label", "help", "pattern_message")}
        plain = asdict(self) | texts
        # Left out where it says nothing: what was stored before does not have it.
        return plain if self.is_wanted else {k: v for k, v in plain.items() if k != "is_wanted"}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FieldSpec:
        values = dict(data)
        values["choices"] = tuple(tuple(c) for c in values.get("choices", ()))
        return cls(**values)


def specs_from_json(data: Sequence[Mapping[str, Any]]) -> list[FieldSpec]:
    return [FieldSpec.from_json(item) for item in data]


def parse(spec: FieldSpec, raw: Any, *, locale: str = "") -> Any:
    """What a person typed, as the canonical value to store; None when left empty.

    `locale` decides how numbers are read ("1.234,5" in de, "1,234.5" in en); a canonical "1234.5" is understood in
    each, where the locale has no meaning of its own for it (in de "1.234" is 1234). A number that comes as a number
    (JSON) knows no locale. Raises Invalid naming the field.
    """
    if isinstance(raw, dict | list | tuple | set):
        raise Invalid(_("Enter one value."), code="NOT_ONE_VALUE", field=spec.code)
    if spec.type == "boolean":
        return str(raw).strip().lower() in _TRUE
    text = "" if raw is None else str(raw).strip()
    if has_null(text):
        raise Invalid(
            _("This holds an invisible character that cannot be kept. Type it again."),
            code="NULL_CHARACTER",
            field=spec.code,
        )
    if not text:
        if spec.required:
            raise Invalid(_("Fill this in."), code="REQUIRED", field=spec.code)
        return None
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return _PARSERS[spec.type](spec, _plain_number(raw), CANONICAL_LOCALE)
    return _PARSERS[spec.type](spec, text, locale or get_language() or "en")


def has_null(value: Any) -> bool:
    """Whether a text, or one anywhere in lists and mappings, holds U+0000: PostgreSQL keeps it nowhere."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(has_null(key) or has_null(each) for key, each in value.items())
    return isinstance(value, list | tuple) and any(has_null(each) for each in value)


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
    if value is None or value == "":
        return ""
    return _RENDERERS.get(spec.type, _render_text)(spec, value, locale or get_language() or "en")


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

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, marked as such: it is shown again letter by letter, never read as a stored value."""
        return _Typed(data) if isinstance(data, str) else data

    def prepare_value(self, value: Any) -> Any:
        if self.spec.type == "secret":
            return ""
        if isinstance(value, _Typed) or value is None:
            return value
        if self.spec.type in {"integer", "decimal"} and _CANONICAL.fullmatch(str(value)):
            return render(self.spec, value)
        return value

    def clean(self, value: Any) -> Any:
        try:
            return parse(self.spec, value)
        except Invalid as problem:
            raise ValidationError(str(problem.message), code=problem.code) from problem


class _Typed(str):
    """Text out of a submitted form."""

    __slots__ = ()


def as_typed(text: Any) -> Any:
    """What somebody typed earlier, for `initial`: "1.234" typed in German is not the stored number 1.234."""
    return _Typed(text) if isinstance(text, str) else text


_TRUE = frozenset({"true", "on", "1", "yes"})
_CANONICAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Point for decimals, comma for groups: how a canonical number is read.
CANONICAL_LOCALE = "en"
# A number of each type as a refusal shows it.
_EXAMPLES: Mapping[FieldType, Decimal] = {"integer": Decimal(1234)}
# What people type between groups where CLDR has one of several spaces, and the signs they type for minus.
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]")
_MINUSES = str.maketrans({"\u2212": "-", "\u2013": "-", "\u200e": "", "\u200f": ""})


def _plain_number(raw: float | Decimal) -> str:
    """A number of Python's as text, without an exponent and without zeros that say nothing; what is not finite stays a
    word and is refused.
    """
    number = Decimal(str(raw))
    return format(number.normalize(), "f") if number.is_finite() else str(number)


def _typed_number(text: str, locale: str) -> Decimal | None:
    """The number somebody typed in `locale`, or a canonical one; None when it is neither.

    Groups must be groups (of three, or as the locale has them), so that "1,5" typed with the wrong comma is refused
    in en instead of becoming 15. Any digits of Unicode are digits.
    """
    where = _cldr(locale)
    size = where.decimal_formats[None].grouping[1]
    point = re.escape(get_decimal_symbol(where))
    group = re.escape(_SPACES.sub("", get_group_symbol(where)))
    text = _SPACES.sub("", text.translate(_MINUSES))
    whole = r"\d+"
    if group:
        whole += (
            rf"|\d{{1,3}}(?:{group}\d{{3}})+|\d{{1,{size}}}(?:{group}\d{{{size}}})*{group}\d{{3}}"
        )
    if re.fullmatch(rf"-?(?:{whole})(?:{point}\d+)?", text):
        plain = text.replace(get_group_symbol(where), "") if group else text
        return Decimal(plain.replace(get_decimal_symbol(where), "."))
    return Decimal(text) if _CANONICAL.fullmatch(text) else None


def _number(spec: FieldSpec, text: str, locale: str) -> Decimal:
    number = _typed_number(text, locale)
    if number is None:
        raise Invalid(
            _("Enter a number, such as %(example)s.")
            % {"example": _localised(_EXAMPLES.get(spec.type, Decimal("1234.5")), locale)},
            code="NOT_A_NUMBER",
            field=spec.code,
        )
    if len(number.as_tuple().digits) > MAX_DIGITS:
        raise Invalid(_("This number is too large."), code="TOO_LARGE", field=spec.code)
    _bounds(spec, number, locale)
    return number


def _bounds(spec: FieldSpec, number: Decimal, locale: str) -> None:
    if spec.minimum and number < Decimal(spec.minimum):
        raise Invalid(
            _("The smallest possible value is %(limit)s.")
            % {"limit": _localised(Decimal(spec.minimum), locale)},
            code="TOO_SMALL",
            field=spec.code,
        )
    if spec.maximum and number > Decimal(spec.maximum):
        raise Invalid(
            _("The largest possible value is %(limit)s.")
            % {"limit": _localised(Decimal(spec.maximum), locale)},
            code="TOO_LARGE",
            field=spec.code,
        )


def _localised(number: Decimal, locale: str) -> str:
    return str(format_decimal(number, locale=_cldr(locale), decimal_quantization=False))


@cache
def _cldr(locale: str) -> Locale:
    """CLDR's locale of a Django language code; English for one CLDR does not know."""
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale(CANONICAL_LOCALE)


def _integer(spec: FieldSpec, text: str, locale: str) -> int:
    """Three zeros behind the sign for decimals are no fraction of anything: whoever types "1.000" in en or fr has the
    habit of another language and means a thousand, so that it is asked for instead of taken for one.
    """
    number = _number(spec, text, locale)
    if number != number.to_integral_value() or _decimals_of(number) == 3:
        raise _not_whole(spec, locale)
    return int(number)


def _decimal(spec: FieldSpec, text: str, locale: str) -> str:
    """Where fewer than three decimals are possible, three are asked about even when they end in zeros: "1.500" in en
    or fr may be what a German calls one and a half thousand.
    """
    typed = _number(spec, text, locale)
    # "1.50" and "1.5" are one value and are stored as one.
    number = typed.normalize()
    if _decimals_of(number) > spec.decimals or (spec.decimals < 3 and _decimals_of(typed) == 3):
        if not spec.decimals:
            raise _not_whole(spec, locale)
        example = _localised(Decimal(f"1234.{'5678912345'[: spec.decimals]}"), locale)
        raise Invalid(
            _("At most %(count)s decimals are possible, such as %(example)s.")
            % {"count": spec.decimals, "example": example},
            code="TOO_MANY_DECIMALS",
            field=spec.code,
        )
    return format(number + 0, "f")  # minus zero is zero


def _decimals_of(number: Decimal) -> int:
    """How many digits stand behind the sign for decimals. `number` is finite."""
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _not_whole(spec: FieldSpec, locale: str) -> Invalid:
    return Invalid(
        _("Enter a whole number, such as %(example)s.")
        % {"example": _localised(_EXAMPLES["integer"], locale)},
        code="NOT_WHOLE",
        field=spec.code,
    )


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


def _render_text(_spec: FieldSpec, value: Any, _locale: str) -> str:
    return str(value)


def _render_number(_spec: FieldSpec, value: Any, locale: str) -> str:
    return _localised(Decimal(str(value)), locale)


def _render_date(_spec: FieldSpec, value: Any, locale: str) -> str:
    return str(format_date(date.fromisoformat(value), locale=_cldr(locale)))


_RENDERERS: dict[str, Callable[[FieldSpec, Any, str], str]] = {
    "secret": lambda _spec, _value, _locale: MASK,
    "boolean": lambda _spec, value, _locale: _("Yes") if value else _("No"),
    "integer": _render_number,
    "decimal": _render_number,
    "date": _render_date,
    "choice": lambda spec, value, _locale: str(dict(spec.choices).get(str(value), value)),
}


def _choices(spec: FieldSpec) -> list[tuple[str, Any]]:
    """What may be chosen. Nothing is a dash, unless the spec says in words what that means or there is one choice alone
    that has to be made.
    """
    is_one = spec.required and len(spec.choices) == 1
    return (
        [*spec.choices]
        if is_one or "" in dict(spec.choices)
        else [("", "\N{EM DASH}"), *spec.choices]
    )


def _widget(spec: FieldSpec) -> forms.Widget:
    # Not type=number for numbers: browsers drop what their own locale does not understand.
    makers: dict[str, Callable[[], forms.Widget]] = {
        "boolean": forms.CheckboxInput,
        "choice": lambda: forms.Select(choices=_choices(spec)),
        "long_text": lambda: forms.Textarea(attrs={"rows": 4}),
        "date": lambda: forms.DateInput(attrs={"type": "date"}),
        "secret": lambda: forms.PasswordInput(attrs={"autocomplete": "off"}),
        "integer": lambda: forms.TextInput(attrs={"inputmode": "numeric"}),
        "decimal": lambda: forms.TextInput(attrs={"inputmode": "decimal"}),
    }
    plain = lambda: forms.TextInput(attrs={"maxlength": spec.max_length})  # noqa: E731
    return makers.get(spec.type, plain)()
