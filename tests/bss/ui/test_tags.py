"""Tags and components: what they print, in which locale, and how assistive technology reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.db import models
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString

from bss.core import clock
from bss.core.money import Money
from bss.ui import charts, formats, rendering
from bss.ui.components import Badge, Button, Confirm, Progress
from bss.ui.tables import resolve


def rendered(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "€1,234.50"),
        ("de", "1.234,50\xa0€"),
        ("el", "1.234,50\xa0€"),
        ("fr", "1\u202f234,50\xa0€"),
        ("hi", "€1,234.50"),
    ],
)
def test_amounts_are_written_in_the_readers_locale(language, text):
    with translation.override(language):
        assert text in rendered("{% amount money %}", money=Money(Decimal("1234.5"), "EUR"))
        assert text in rendered("{{ value|amount:'EUR' }}", value=Decimal("1234.5"))


def test_amounts_have_the_minor_unit_of_their_currency():
    assert "¥1,235" in rendered("{% amount '1235' 'JPY' %}")
    assert "KWD" in rendered("{% amount '1.5' 'KWD' %}")
    assert "1.500" in rendered("{% amount '1.5' 'KWD' %}")


def test_an_unrounded_unit_price_keeps_its_decimals():
    assert "€0.0125" in rendered("{% amount '0.0125' 'EUR' %}")


def test_nothing_is_a_dash_that_is_heard_as_none():
    assert 'aria-label="None"' in rendered("{% amount '' 'EUR' %}")
    assert 'aria-label="None"' in rendered("{% when nothing %}", nothing=None)
    assert 'aria-label="None"' in rendered("{{ nothing|shown }}", nothing=None)


def test_zero_is_not_nothing():
    assert rendered("{{ zero|shown }}", zero=0) == "0"
    assert "€0.00" in rendered("{% amount zero 'EUR' %}", zero=0)
    assert rendered("{{ zero|number }}", zero=0) == "0"


def test_instants_are_relative_only_within_the_last_day():
    now = clock.now()
    assert formats.instant(now - timedelta(seconds=20)) == "just now"
    assert formats.instant(now - timedelta(minutes=12)) == "12 minutes ago"
    assert formats.instant(now - timedelta(hours=23)) in {"23 hours ago", "1 day ago"}
    assert "ago" not in formats.instant(now - timedelta(hours=25))


def test_dates_leave_this_year_out_and_name_another():
    this_year = clock.now().date().replace(month=3, day=5)
    assert formats.day(this_year) == "Mar 5"
    assert formats.day(date(2019, 3, 5)) == "Mar 5, 2019"
    with translation.override("de"):
        assert formats.day(this_year) == "5. März"


def test_an_instant_carries_its_exact_time():
    html = rendered("{% when at %}", at=datetime(2019, 3, 5, 12, 30, 15, tzinfo=UTC))
    assert 'datetime="2019-03-05T12:30:15+00:00"' in html
    assert 'title="March 5, 2019' in html
    assert ">Mar 5, 2019<" in html


def test_an_unknown_language_falls_back_to_english_numbers():
    assert str(formats.locale_for("xx-longer")) == "en"


class Life(models.TextChoices):
    NEEDS_INPUT = "needs_input", "Waits for you"


@pytest.mark.parametrize(
    ("state", "tone", "label"),
    [
        ("active", "success", "Active"),
        ("needs_input", "warning", "Needs input"),
        (Life.NEEDS_INPUT, "warning", "Waits for you"),
        ("something_new", "neutral", "Something new"),
        (Badge("You own 12", "info"), "info", "You own 12"),
    ],
)
def test_a_badge_takes_its_tone_from_the_state(state, tone, label):
    html = rendered("{% badge state %}", state=state)
    assert f'data-tone="{tone}"' in html
    assert html.endswith(f"{label}</span>")


def test_every_tone_has_a_shape_of_its_own():
    shapes = {
        rendered("{% badge b %}", b=Badge("x", tone)).split("<svg")[1]
        for tone in ("neutral", "progress", "info", "success", "warning", "danger")
    }
    assert len(shapes) == 6


def test_text_in_components_is_escaped():
    html = rendered("{% badge b %}", b=Badge("<script>", "info", '"onload="x'))
    assert "<script>" not in html
    assert '"onload' not in html


def test_an_icon_is_decoration_unless_it_stands_alone():
    assert 'aria-hidden="true"' in rendered('{% icon "users" %}')
    assert 'role="img" aria-label="People"' in rendered('{% icon "users" label="People" %}')


class AllFields(forms.Form):
    name = forms.CharField(help_text="As on invoices.")
    active = forms.BooleanField(widget=forms.CheckboxInput(attrs={"role": "switch"}))
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    limit = forms.DecimalField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_help_and_error_to_its_input():
    form = AllFields({})
    html = rendered("{% field form.name %}", form=form)
    assert 'aria-describedby="id_name-help id_name-error"' in html
    assert 'id="id_name-help"' in html
    assert 'id="id_name-error"' in html
    assert 'for="id_name"' in html
    assert 'aria-invalid="true"' in html


def test_a_group_of_choices_is_a_fieldset_with_its_legend():
    html = rendered("{% field form.kind %}", form=AllFields({}))
    assert "<legend" in html
    assert '<fieldset id="id_kind" aria-describedby=" id_kind-error">' in html


def test_a_decimal_field_asks_for_a_decimal_keyboard():
    assert 'inputmode="decimal"' in rendered("{% field form.limit %}", form=AllFields())


def test_a_whole_form_has_hidden_fields_and_a_summary_only_with_errors():
    clean = rendered("{% form form %}", form=AllFields())
    assert 'type="hidden" name="token"' in clean
    assert 'role="alert"' not in clean
    assert 'href="#id_name"' in rendered("{% form form %}", form=AllFields({}))


def test_a_dangerous_button_names_the_thing_and_asks_once():
    ask = Confirm("Cancel SUB-1?", "Seats stop working.", "Cancel the subscription")
    html = rendered(
        "{% button b %}", b=Button("Cancel", "/x/", kind="danger", method="post", confirm=ask)
    )
    assert 'command="show-modal"' in html
    assert '<dialog class="dialog" id="confirm-cancel--x-"' in html
    for text in (
        "Cancel SUB-1?",
        "Seats stop working.",
        "Cancel the subscription",
        "Keep as it is",
    ):
        assert text in html


def test_progress_tells_counts_and_rate():
    html = rendered(
        '{% component "progress" progress=p %}', p=Progress(1840, 5200, "Importing", 212.4, 3)
    )
    for text in ("1,840 of 5,200", "3 failed", "212.4 a second", 'value="1840" max="5200"'):
        assert text in html


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 4), (3, 4), (640, 800), (141, 200), (99000, 100000), (0.7, 0.8)]
)
def test_a_charts_scale_ends_at_a_round_number(highest, top):
    assert charts.nice_top(highest) == pytest.approx(top)


def test_a_chart_carries_its_figures_and_no_style():
    chart = charts.Chart(
        "Orders",
        ["Jan", "Feb"],
        [charts.Series("New", (1, 2)), charts.Series("Lost", (None, 1))],
        "line",
    )
    html = rendered("{% chart c %}", c=chart)
    assert "style=" not in html
    assert html.count("<td") == 5
    assert "Feb, New: 2" in html
    assert html.count('class="mark s1"') == 3  # two points and the legend


def test_stacked_bars_stand_on_each_other():
    chart = charts.Chart(
        "x", ["Jan"], [charts.Series("a", (30,)), charts.Series("b", (10,))], "stacked"
    )
    low, high = charts.bars(chart, 40)
    assert (low.y, low.height) == ("40.0", "120.0")
    assert (high.y, high.height) == ("0.0", "40.0")


def test_lying_bars_are_as_long_as_their_share_of_the_largest():
    chart = charts.Chart("x", ["Mail", "Backup"], [charts.Series("n", (8, 2))], "ranked")
    html = rendered("{% chart c %}", c=chart)

    assert [(each.label, each.width, each.shown) for each in charts.ranks(chart)] == [
        ("Mail", "100.00%", "8"),
        ("Backup", "25.00%", "2"),
    ]
    assert html.count("<rect") == 2
    assert "style=" not in html
    assert "chart-grid" not in html
    with translation.override("ar"):
        assert [each.x for each in charts.ranks(chart)] == ["0.00%", "75.00%"]


def test_a_chart_is_mirrored_right_to_left():
    chart = charts.Chart("x", ["Jan", "Feb"], [charts.Series("a", (1, 2))])
    left = [bar.x for bar in charts.bars(chart, 2)]
    with translation.override("ar"):
        mirrored = [bar.x for bar in charts.bars(chart, 2)]
    assert mirrored == left[::-1]


def test_a_path_walks_attributes_keys_and_methods():
    class Row:
        values = {"name": "Aegean"}

        def owner(self):
            return None

    assert resolve(Row(), "values__name") == "Aegean"
    assert resolve(Row(), "owner__name") is None
    assert resolve(Row(), "missing__name") is None


def test_a_word_once_written_is_written_anew_in_another_language():
    at = datetime(2021, 3, 5, 12, 30, tzinfo=UTC)
    with translation.override("en"):
        english = formats.exact(at), formats.day(at.date()), formats.number(1234.5)
    with translation.override("de"):
        german = formats.exact(at), formats.day(at.date()), formats.number(1234.5)

    assert english == ("March 5, 2021, 12:30:00\u202fPM UTC", "Mar 5, 2021", "1,234.5")
    assert german == ("5. März 2021, 12:30:00 UTC", "05.03.2021", "1.234,5")


def test_nothing_owed_has_no_sign_whichever_came_first():
    assert [formats.amount(Decimal(text), "EUR") for text in ("-0.00", "0.00")] == ["€0.00"] * 2
    assert [formats.number(Decimal(text)) for text in ("-0", "0")] == ["0", "0"]


def test_a_badge_escapes_a_text_that_is_safe_elsewhere():
    safe = str(rendering.badge_html(Badge(SafeString("<b>New</b>"))))
    plain = str(rendering.badge_html(Badge("<b>New</b>")))

    assert "<b>New</b>" in safe
    assert "&lt;b&gt;New&lt;/b&gt;" in plain
