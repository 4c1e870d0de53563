"""Log lines: one JSON object each, whatever is called like a secret masked, no local variables."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bss.core.logs import MASK, JsonFormatter, mask

SECRET = "hunter2-hunter2"
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.fixture
def lines():
    """The lines a logger of this test writes."""
    written = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("tests.logs")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.DEBUG)
    return written


@pytest.mark.parametrize(
    "name",
    ["password", "new_password", "PASSWORD", "api-key", "apiKey", "access_token", "Authorization",
     "client_secret", "Cookie", "Set-Cookie", "X-API-KEY"],
)  # fmt: skip
def test_what_is_called_like_a_secret_is_masked(name):
    assert mask({name: SECRET}) == {name: MASK}
    assert mask([{"headers": {name: SECRET, "Accept": "json"}}]) == [
        {"headers": {name: MASK, "Accept": "json"}}
    ]


@given(plain)
def test_masking_keeps_the_shape_and_never_fails(value):
    json.dumps(mask(value))


def test_masking_leaves_its_input_alone():
    original = {"password": SECRET}

    mask(original)

    assert original == {"password": SECRET}


def test_a_structured_line_is_one_json_object_without_its_secrets(lines):
    structlog.get_logger("tests.logs").info(
        "vendor.called", path="/v1/orders", headers={"Authorization": SECRET}, token=SECRET
    )

    [line] = map(json.loads, lines)
    assert (line["event"], line["path"], line["level"]) == ("vendor.called", "/v1/orders", "info")
    assert SECRET not in lines[0]


def test_a_plain_line_is_one_json_object(lines):
    logging.getLogger("tests.logs").warning("over %s", "here\nand here")

    [line] = map(json.loads, lines)
    assert (line["event"], line["logger"]) == ("over here\nand here", "tests.logs")
    assert "\n" not in lines[0]


def test_a_traceback_names_no_local_variable(lines):
    def sign_in(password):
        raise RuntimeError("no")

    try:
        sign_in(SECRET)
    except RuntimeError:
        structlog.get_logger("tests.logs").exception("sign_in.failed")

    assert "RuntimeError: no" in lines[0]
    assert SECRET not in lines[0]


def test_what_is_not_json_is_written_all_the_same(lines):
    structlog.get_logger("tests.logs").info("odd", value=object(), many={1, 2})

    assert json.loads(lines[0])["event"] == "odd"
