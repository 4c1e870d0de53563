"""VIP Marketplace's API. Knows neither Django nor our domain: typed values in, typed values out.

Works over any transport with `send()`; servicemanager.transport.Transport is one. Raises the family of
adobe3yc.vipmp.errors. Nothing here waits: accounts and orders answer 1002 at first, and whoever wants to know what
became of them reads them again, in a job.

**Keys.** A write takes the caller's key, which is sent as correlation id: under one key it happens once, and for ten
days it is answered as the first time. Reads and previews take a new id each, because under an old one Adobe would
repeat the old answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from adobe3yc.vipmp import reading, writing
from adobe3yc.vipmp.contracts import (
    CompanyProfile,
    Customer,
    CustomerEntry,
    LineBody,
    ListedPrice,
    Minimum,
    Order,
    Page,
    PriceListQuery,
    Reseller,
    Subscription,
)
from adobe3yc.vipmp.errors import (
    CredentialsRefused,
    NotDone,
    OutcomeUnknown,
    Refused,
    VipError,
)
from adobe3yc.vipmp.tokens import TOKENS, Credentials, Token, TokenCache
from bss.core.http import OutboundError

T = TypeVar("T")

JSON = "application/json"
TOKEN_PATH = "/ims/token/v3"  # noqa: S105 -- an address
TOKEN_INVALID = "4116"  # noqa: S105 -- a code
CREDENTIALS = frozenset({"4115", TOKEN_INVALID, "4117"})
AWAY = frozenset({429, 503})
ORDERS_PAGE = 100
CUSTOMERS_PAGE = 50
PRICES_PAGE = 100


class Reply(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def retry_after(self) -> float | None: ...


class Transport(Protocol):
    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply: ...


class VipClient:
    """One integration's caller. `api` and `sign_in` send to the two addresses, `now` is the product's clock."""

    def __init__(
        self,
        api: Transport,
        sign_in: Transport,
        credentials: Credentials,
        *,
        now: Callable[[], datetime],
        tokens: TokenCache = TOKENS,
        place: str = "",
    ) -> None:
        self._api = api
        self._sign_in = sign_in
        self._credentials = credentials
        self._now = now
        self._tokens = tokens
        # Two environments may know one client id.
        self._name = f"{place} {credentials.fingerprint}"

    def check(self) -> None:
        """Sign in. Raises CredentialsRefused or NotDone."""
        self._token()

    # accounts --------------------------------------------------------------------------------------------

    def reseller_create(
        self, distributor_id: str, profile: CompanyProfile, *, key: str, reference: str = ""
    ) -> Reseller:
        body = writing.reseller(distributor_id, profile, reference)
        return self._write("POST", "/v3/resellers", body, key, reading.reseller)

    def reseller(self, reseller_id: str) -> Reseller:
        return self._read(f"/v3/resellers/{reseller_id}", reading.reseller)

    def customer_create(
        self,
        reseller_id: str,
        profile: CompanyProfile,
        *,
        key: str,
        reference: str = "",
        minimums: Sequence[Minimum] = (),
    ) -> Customer:
        """Make a customer; `minimums` ask it for a three-year commitment."""
        body = writing.customer(reseller_id, profile, reference, minimums)
        return self._write("POST", "/v3/customers", body, key, reading.customer)

    def customer(self, customer_id: str) -> Customer:
        return self._read(f"/v3/customers/{customer_id}", reading.customer)

    def customers(
        self, reseller_id: str, *, name: str = "", offset: int = 0
    ) -> Page[CustomerEntry]:
        """A page of a reseller's active customers; `name` may have asterisks."""
        params = {"offset": str(offset), "limit": str(CUSTOMERS_PAGE)}
        params |= {"company-name": name} if name else {}
        path = f"/v3/resellers/{reseller_id}/customers"
        return self._read(path, reading.customer_entries, params)

    def commitment_request(
        self, known: Customer, minimums: Sequence[Minimum], *, key: str
    ) -> Customer:
        """Ask a customer, as it was read, for a commitment or for more of it. Replaces an open request."""
        body = writing.commitment(known, minimums, writing.REQUEST)
        return self._write("PATCH", f"/v3/customers/{known.id}", body, key, reading.customer)

    def recommitment_request(
        self, known: Customer, minimums: Sequence[Minimum], *, key: str
    ) -> Customer:
        """Ask a committed customer for the next three years."""
        body = writing.commitment(known, minimums, writing.RECOMMITMENT)
        return self._write("PATCH", f"/v3/customers/{known.id}", body, key, reading.customer)

    # orders ----------------------------------------------------------------------------------------------

    def order_preview(
        self, customer_id: str, lines: Sequence[LineBody], currency: str, *, prices: bool = False
    ) -> Order:
        """The best offer for each line, all lines taken together. Stores nothing."""
        body = writing.order("PREVIEW", lines, currency)
        return self._ask(f"/v3/customers/{customer_id}/orders", body, reading.preview, prices)

    def order_create(
        self,
        customer_id: str,
        lines: Sequence[LineBody],
        currency: str,
        *,
        key: str,
        reference: str = "",
    ) -> Order:
        """Order at the offers that a preview named."""
        body = writing.order("NEW", lines, currency, reference)
        return self._write("POST", f"/v3/customers/{customer_id}/orders", body, key, reading.order)

    def order_return(
        self, original: Order, lines: Sequence[LineBody], *, key: str, reference: str = ""
    ) -> Order:
        """Give whole lines of an order back, within fourteen days."""
        body = writing.order("RETURN", lines, original.currency, reference, original.id)
        path = f"/v3/customers/{original.customer_id}/orders"
        return self._write("POST", path, body, key, reading.order)

    def renewal_preview(self, customer_id: str, *, prices: bool = False) -> Order:
        """What will renew on the anniversary. Raises Refused 2136 when nothing will."""
        path = f"/v3/customers/{customer_id}/orders"
        return self._ask(path, {"orderType": "PREVIEW_RENEWAL"}, reading.preview, prices)

    def order(self, customer_id: str, order_id: str) -> Order:
        return self._read(f"/v3/customers/{customer_id}/orders/{order_id}", reading.order)

    def orders(
        self, customer_id: str, *, since: str = "", kind: str = "", offset: int = 0
    ) -> Page[Order]:
        """A page of a customer's orders, newest first: from a day on, else of the current term."""
        params = {"limit": str(ORDERS_PAGE), "offset": str(offset)}
        params |= {"start-date": since} if since else {}
        params |= {"order-type": kind} if kind else {}
        return self._read(f"/v3/customers/{customer_id}/orders", reading.orders, params)

    def orders_each(self, customer_id: str, *, since: str = "") -> Iterator[Order]:
        """All of them, newest first, each once: page after page, as far as somebody reads on."""
        seen: set[str] = set()
        offset: int | None = 0
        while offset is not None:
            page = self.orders(customer_id, since=since, offset=offset)
            # An order that is placed meanwhile moves the last of a page to the next one.
            fresh = [each for each in page.items if each.id not in seen]
            seen |= {each.id for each in fresh}
            yield from fresh
            offset = page.next_offset

    # subscriptions ---------------------------------------------------------------------------------------

    def subscriptions(self, customer_id: str) -> Sequence[Subscription]:
        """All of a customer's subscriptions: Adobe sends them in one piece."""
        path = f"/v3/customers/{customer_id}/subscriptions"
        return self._read(path, reading.subscriptions).items

    def subscription(self, customer_id: str, subscription_id: str) -> Subscription:
        path = f"/v3/customers/{customer_id}/subscriptions/{subscription_id}"
        return self._read(path, reading.subscription)

    def renewal_set(
        self, customer_id: str, subscription_id: str, *, quantity: int | None = None, key: str
    ) -> Subscription:
        """Let it renew with a quantity, or with whatever is owned."""
        body = writing.renewal(enabled=True, quantity=quantity)
        return self._renewal(customer_id, subscription_id, body, key)

    def renewal_stop(self, customer_id: str, subscription_id: str, *, key: str) -> Subscription:
        """Let it end on the anniversary."""
        body = writing.renewal(enabled=False, quantity=None)
        return self._renewal(customer_id, subscription_id, body, key)

    def _renewal(
        self, customer_id: str, subscription_id: str, body: Mapping[str, Any], key: str
    ) -> Subscription:
        path = f"/v3/customers/{customer_id}/subscriptions/{subscription_id}"
        return self._write("PATCH", path, body, key, reading.subscription)

    # price lists -----------------------------------------------------------------------------------------

    def price_list(self, query: PriceListQuery, *, offset: int = 0) -> Page[ListedPrice]:
        """A page of a price list. Raises Refused 1162 when there is none."""
        reply = self._send(
            "POST",
            "/v3/pricelist",
            writing.price_list(query),
            _new_key(),
            {"offset": str(offset), "limit": str(PRICES_PAGE)},
        )
        return _read_reply(reply, reading.listed_prices)

    # calls -----------------------------------------------------------------------------------------------

    def _read(
        self, path: str, read: Callable[[Any], T], params: Mapping[str, str] | None = None
    ) -> T:
        return _read_reply(self._send("GET", path, None, _new_key(), params), read)

    def _ask(self, path: str, body: Mapping[str, Any], read: Callable[[Any], T], prices: bool) -> T:
        params = {"fetch-price": "true"} if prices else None
        return _read_reply(self._send("POST", path, body, _new_key(), params), read)

    def _write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        key: str,
        read: Callable[[Any], T],
    ) -> T:
        return _read_reply(self._send(method, path, body, key), read)

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        key: str,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """Call with a token; with a new one when Adobe no longer takes it, since then nothing was done."""
        token = self._token()
        reply = self._call(method, path, body, key, params, token)
        if reply.status == 401:
            self._tokens.drop(self._name, token)
            reply = self._call(method, path, body, key, params, self._token())
        return reply

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        key: str,
        params: Mapping[str, str] | None,
        token: str,
    ) -> Reply:
        headers = {
            "X-Api-Key": self._credentials.client_id,
            "Authorization": f"Bearer {token}",
            "Accept": JSON,
            "Content-Type": JSON,
            "X-Correlation-Id": key,
            "X-Request-Id": str(uuid.uuid4()),
        }
        try:
            return self._api.send(method, path, json=body, params=params, headers=headers)
        except OutboundError as error:
            raise _lost(error) from error

    def _token(self) -> str:
        return self._tokens.get(self._name, self._now(), self._fetch)

    def _fetch(self) -> Token:
        """A new token. Whatever goes wrong here, the call it is for was not made."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "scope": self._credentials.scope,
        }
        try:
            reply = self._sign_in.send("POST", TOKEN_PATH, form=form, headers={"Accept": JSON})
        except OutboundError as error:
            raise NotDone(error.detail) from error
        if reply.status == 200:
            value, seconds = reading.token(reading.json_of(reply.body))
            return Token(value, self._now() + timedelta(seconds=seconds))
        failure = _failure(reply)
        told: dict[str, Any] = {"code": failure.code, "status": failure.status}
        if isinstance(failure, Refused):
            raise CredentialsRefused(failure.message, **told)
        raise NotDone(failure.message, **told)


def _new_key() -> str:
    return str(uuid.uuid4())


# Answers -------------------------------------------------------------------------------------------------


def _read_reply(reply: Reply, read: Callable[[Any], T]) -> T:
    if not 200 <= reply.status < 300:
        raise _failure(reply)
    return read(reading.json_of(reply.body))


def _failure(reply: Reply) -> VipError:
    """What an answer other than 2xx means, in whichever of Adobe's three shapes it comes."""
    code, message, details = _told(reply.body)
    told: dict[str, Any] = {"code": code, "details": details, "status": reply.status}
    if reply.status in AWAY:
        return NotDone(message, retry_after=reply.retry_after, **told)
    if code in CREDENTIALS or (code and reply.status == 401):
        return CredentialsRefused(message, **told)
    if 400 <= reply.status < 500 and code:
        return Refused(message, **told)
    return OutcomeUnknown(message or f"Adobe answered {reply.status}.", **told)


def _told(body: bytes) -> tuple[str, str, Sequence[str]]:
    """Code, message and details; empty for what is none of Adobe's."""
    data = reading.json_of(body)
    found = data if isinstance(data, dict) else {}
    code = next((str(found[n]) for n in ("code", "error_code", "error") if found.get(n)), "")
    message = found.get("message") or found.get("error_description") or ""
    details = found.get("additionalDetails") or found.get("invalidFields") or []
    return code, str(message), [str(d) for d in details] if isinstance(details, list) else []


def _lost(error: OutboundError) -> VipError:
    """A call without an answer: not sent, it may be made again; sent, nobody knows."""
    return OutcomeUnknown(error.detail) if error.sent else NotDone(error.detail)
