"""The adapter behind orders' CHECKOUT_REVIEW: lines go to their instances, verdicts come back as one.

Strongest first: Refuse, Wait, Reprice, Proceed. Service managers that call out run in threads and have five seconds
in all; no answer in time is a form error, never Proceed. A breaker per instance spares buyers the wait for a vendor
that is down: it is kept in the cache and may be lost without harm. What was said to vendors is kept, once they have
answered or time is up.
"""

from __future__ import annotations

import contextvars
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.cache import cache
from django.db import close_old_connections
from django.utils.translation import gettext as _

from bss.catalog.models import Product
from bss.core.fields import FieldSpec, specs_from_json
from bss.core.http import require_no_transaction
from bss.orders.contracts import (
    LineFields,
    Proceed,
    Prospect,
    Refuse,
    Reprice,
    ReviewLine,
    ReviewStep,
    ReviewSubject,
    Verdict,
    Wait,
)
from bss.pricing.contracts import QuotedPrice
from servicemanager import registry, selectors
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability
from servicemanager.contracts import InstanceContext, Recorder
from servicemanager.models import Instance
from servicemanager.services.exchanges import Notebook, exchanges_keep

log = structlog.get_logger(__name__)

SECONDS = 5.0
# So many failures within a minute, and the instance is not asked for the next one.
BREAKER_FAILURES = 5
BREAKER_SECONDS = 60
# Kept from one review to the next, each with its connection to the database: beginning both anew took longer than all
# that is asked over them. There are as many as were ever needed at once, and never more than this.
THREADS = ThreadPoolExecutor(32, thread_name_prefix="review")


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one instance, and whoever answers for them."""

    instance: Instance
    manager: ServiceManager
    lines: Sequence[ReviewLine]

    @property
    def is_remote(self) -> bool:
        return self.manager.is_remote


class CheckoutReviewAdapter:
    """See the module. Reads only."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds

    def fields(self, subject: ReviewSubject) -> Sequence[LineFields]:
        """What each new line must be asked: what its service manager declares, then what its type leaves open.

        A service manager that does not answer in time is a problem of its lines, never one question less.
        """
        products = _products(subject)
        groups, _refused = _groups(subject)
        asking = _asking(groups)
        declared = self._asked(asking, lambda g, context: _declared(g, context, subject))
        specs: dict[str, list[FieldSpec]] = defaultdict(list)
        problems: dict[str, str] = {}
        for group in asking:
            found = declared.get(group.instance.pk)
            if found is None:
                problems |= {line.key: _silence(group) for line in group.lines}
                continue
            for key, asked in found.items():
                specs[key] += asked
        answer = []
        for line in subject.lines:
            name, left_open = _left_open(line, products)
            own = specs[line.key]
            known = {spec.code for spec in own}
            rest = [s for s in left_open if s.code not in known]
            problem = problems.get(line.key, "")
            if own or rest or problem:
                answer.append(LineFields(line.key, name, [*own, *rest], problem))
        return answer

    def asking(self, subject: ReviewSubject) -> Collection[str]:
        """The lines whose service manager declares fields of its own. Nobody is asked which."""
        groups, _refused = _groups(subject)
        return {line.key for group in _asking(groups) for line in group.lines}

    def prospects(self, subject: ReviewSubject) -> Sequence[Prospect]:
        """What each instance says that other answers would save."""
        return [
            each
            for group, context in _unopened(subject)
            for each in group.manager.prospects(context, subject, group.lines)
        ]

    def known(self, subject: ReviewSubject) -> Sequence[QuotedPrice]:
        """What each instance knows of its lines from what is kept here."""
        return [
            each
            for group, context in _unopened(subject)
            for each in group.manager.known(context, subject, group.lines)
        ]

    def review(self, subject: ReviewSubject, step: ReviewStep) -> Verdict:
        """One merged verdict of every instance concerned. Runs outside transactions."""
        require_no_transaction()
        groups, verdicts = _groups(subject)
        checking = [g for g in groups if g.manager.can(Capability.PRE_CHECK)]
        answers = self._asked(
            checking,
            lambda group, context: group.manager.review(context, subject, group.lines, step),
        )
        for group in checking:
            verdict = answers.get(group.instance.pk)
            verdicts.append(
                _refusal(group.lines, _silence(group))
                if verdict is None
                else _addressed(verdict, group)
            )
        return merged(verdicts)

    def _asked(
        self,
        groups: Sequence[Group],
        ask: Callable[[Group, InstanceContext], Any],
    ) -> dict[int, Any]:
        """Each group's answer by instance; of one that failed, was late or rests behind its breaker there is none."""
        deadline = time.monotonic() + self.seconds
        notebooks = {g.instance.pk: Notebook(g.instance) for g in groups}

        def asked(group: Group) -> Any:
            record = notebooks[group.instance.pk]
            return ask(group, _context(group, self.seconds, record))

        remote = [g for g in groups if g.is_remote]
        failures = {g.instance.pk: _failures(g.instance) for g in remote}
        begun = [
            (g, _begun(g, asked)) for g in remote if failures[g.instance.pk] < BREAKER_FAILURES
        ]
        try:
            answers = {g.instance.pk: asked(g) for g in groups if not g.is_remote}
            for group, future in begun:
                answers[group.instance.pk] = answer = _waited_for(group, future, deadline)
                if answer is not None and failures[group.instance.pk]:
                    cache.delete(_breaker(group.instance))
        finally:
            exchanges_keep(notebooks.values())
        return answers


def merged(verdicts: Sequence[Verdict]) -> Verdict:
    """The strongest verdict; several of one strength become one: errors, requests and quotes together."""
    refusals = [v for v in verdicts if isinstance(v, Refuse)]
    if refusals:
        errors: dict[tuple[str, str], list[str]] = defaultdict(list)
        for refusal in refusals:
            for place, messages in refusal.errors.items():
                errors[place] += messages
        return Refuse(dict(errors))
    waits = [v for v in verdicts if isinstance(v, Wait)]
    if waits:
        return Wait(
            "\n".join(dict.fromkeys(w.message for w in waits)),
            [request for wait in waits for request in wait.requests],
        )
    reprices = [v for v in verdicts if isinstance(v, Reprice)]
    proceeds = [v for v in verdicts if isinstance(v, Proceed)]
    notes = _texts([*(r.notes for r in reprices), *(p.message for p in proceeds)])
    if reprices:
        return Reprice(
            _texts([r.message for r in reprices]),
            "+".join(sorted({r.cause for r in reprices})),
            [quote for reprice in reprices for quote in reprice.quotes],
            notes,
        )
    return Proceed(notes)


def _texts(texts: Sequence[str]) -> str:
    """Each text once, a line each."""
    return "\n".join(dict.fromkeys(text for text in texts if text))


# Lines to instances --------------------------------------------------------------------------------------


def _groups(subject: ReviewSubject) -> tuple[list[Group], list[Verdict]]:
    """The lines by instance, and a refusal of each line whose instance cannot sell now."""
    lines: dict[str, list[ReviewLine]] = defaultdict(list)
    for line in subject.lines:
        if line.managed_by:
            lines[line.managed_by].append(line)
    found = selectors.instances_by_id(list(lines), subject.organization_id)
    groups: list[Group] = []
    refused: list[Verdict] = []
    for public_id, own in lines.items():
        instance = found.get(public_id)
        manager = registry.find(instance.manager) if instance else None
        if instance is None or manager is None or not selectors.is_active(instance):
            refused.append(_refusal(own, _("This cannot be ordered now. Ask your provider.")))
        else:
            groups.append(Group(instance, manager, own))
    return groups, refused


def _unopened(subject: ReviewSubject) -> list[tuple[Group, InstanceContext]]:
    """Each group with its instance, for what is told without a call: no secret is opened, and no thread is needed."""
    groups, _refused = _groups(subject)
    return [(group, selectors.instance_unopened(group.instance)) for group in groups]


def _asking(groups: Sequence[Group]) -> list[Group]:
    """Those whose service manager has fields of its own."""
    return [g for g in groups if type(g.manager).fields is not ServiceManager.fields]


def _products(subject: ReviewSubject) -> Mapping[int, Product]:
    """The products of the lines that do not say themselves what is left open."""
    ids = {line.product_id for line in subject.lines if line.open_specs is None}
    if not ids:
        return {}
    return {p.pk: p for p in Product.objects.filter(pk__in=ids).select_related("type")}


def _left_open(
    line: ReviewLine, products: Mapping[int, Product]
) -> tuple[str, Sequence[FieldSpec]]:
    """A line's name, and what the type asks of buyers and the product does not fix; nothing for an action."""
    if line.open_specs is None:
        product = products[line.product_id]
        fixed = product.characteristics
        specs = specs_from_json(product.type.characteristics)
        name, left = product.name, [s for s in specs if fixed.get(s.code) in {None, ""}]
    else:
        name, left = line.name, list(line.open_specs)
    asked = line.kind == "new"
    return name, [s for s in left if asked and s.audience != "hidden"]


def _declared(
    group: Group, context: InstanceContext, subject: ReviewSubject
) -> dict[str, Sequence[FieldSpec]]:
    return {line.key: group.manager.fields(context, line, subject) for line in group.lines}


def _addressed(verdict: Verdict, group: Group) -> Verdict:
    """A Wait carries with each request the instance that makes it."""
    if not isinstance(verdict, Wait):
        return verdict
    public_id = group.instance.public_id
    return Wait(verdict.message, [{**r, "instance": public_id} for r in verdict.requests])


def _silence(group: Group) -> str:
    words = _("%(name)s did not answer in time. Nothing was ordered; try again in a moment.")
    return words % {"name": group.instance.name}


def _refusal(lines: Sequence[ReviewLine], message: str) -> Refuse:
    return Refuse({(line.key, ""): [message] for line in lines})


# Threads and breakers --------------------------------------------------------------------------------------


def _begun(group: Group, ask: Callable[[Group], Any]) -> Future[Any]:
    inside = contextvars.copy_context()

    def run() -> Any:
        close_old_connections()
        try:
            return inside.run(ask, group)
        finally:
            close_old_connections()

    return THREADS.submit(run)


def _waited_for(group: Group, future: Future[Any], deadline: float) -> Any:
    """The answer, or None: it was late, or whatever a plug-in raises, and the breaker counts it."""
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except TooLate:
        future.cancel()
        _failed(group, "late")
    except Exception as error:
        _failed(group, type(error).__name__)
    return None


def _context(group: Group, seconds: float, record: Recorder) -> InstanceContext:
    return selectors.instance_context(group.instance, timeout=seconds, record=record)


def _breaker(instance: Instance) -> str:
    return f"servicemanager:breaker:{instance.pk}"


def _failures(instance: Instance) -> int:
    """How often it gave no answer within the last minute; from BREAKER_FAILURES on it is left alone."""
    return int(cache.get(_breaker(instance)) or 0)


def _failed(group: Group, cause: str) -> None:
    key = _breaker(group.instance)
    cache.add(key, 0, BREAKER_SECONDS)
    try:
        failures = cache.incr(key)
    except ValueError:  # it ran out between the two calls
        failures = 1
    log.warning(
        "review.no_answer", instance=group.instance.public_id, cause=cause, failures=failures
    )
