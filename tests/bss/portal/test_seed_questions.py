"""What the demo's products ask: a mail domain is one that could be."""

from __future__ import annotations

import pytest

from bss.core.errors import Invalid
from bss.core.fields import parse
from bss.portal.seed.catalogue import TYPES

DOMAIN = next(spec for row in TYPES for spec in row.fields if spec.code == "domain")


@pytest.mark.parametrize(
    "typed", ["zeta.example", "mail.zeta.example", "a.example", "9-zeta.co.uk", "xn--bcher-kva.example"]
)  # fmt: skip
def test_a_domain_is_taken(typed):
    assert parse(DOMAIN, typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "zeta..example", ".zeta.example", "zeta.example.", "zeta", "-zeta.example", "zeta-.example", "zeta.-a.example",
        "zeta.e", "zeta.123", "zeta example.org", "me@zeta.example", f"{'z' * 64}.example",
    ],
)  # fmt: skip
def test_what_could_be_none_is_refused(typed):
    with pytest.raises(Invalid) as refusal:
        parse(DOMAIN, typed)

    assert (refusal.value.field, str(refusal.value.message)) == (
        "domain", "Enter a domain such as example.org.",
    )  # fmt: skip
