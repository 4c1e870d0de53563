"""Service managers for tests: one that answers as a script says, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from bss.core.fields import FieldSpec
from bss.orders.contracts import Proceed, ReviewLine, ReviewStep, ReviewSubject, Verdict
from bss.subscriptions.contracts import Bound, Reduction
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability
from servicemanager.contracts import (
    Absent,
    Answered,
    Call,
    CatalogueDefinition,
    Done,
    InstanceContext,
    Outcome,
)

Answer = Any


class Crash(BaseException):
    """The worker dies here: nothing below catches it."""


class Scripted(ServiceManager):
    """Answers from `script`, method by method; the last answer of a method stays. An exception is raised."""

    code = "scripted"
    name = "Scripted vendor"
    is_remote = False
    capabilities = frozenset(
        {
            Capability.CATALOGUE,
            Capability.SUBSCRIPTIONS,
            Capability.SUSPEND,
            Capability.UPGRADE,
            Capability.PRE_CHECK,
        }
    )
    settings_specs: ClassVar[Sequence[FieldSpec]] = (
        FieldSpec("address", "Address", "url", required=True),
        FieldSpec("key", "Key", "secret", required=True),
    )
    script: ClassVar[dict[str, list[Answer]]] = {}
    heard: ClassVar[list[tuple[str, Any]]] = []
    meanwhile: ClassVar[Callable[[str], None] | None] = None

    def catalogue(self, instance: InstanceContext) -> CatalogueDefinition:
        return self._answer("catalogue", instance, CatalogueDefinition([]))

    def provision(self, call: Call) -> Outcome:
        return self._answer("provision", call, Done("vendor-1"))

    def poll(self, call: Call, reference: str) -> Outcome:
        return self._answer("poll", call, Done("vendor-1"))

    def find(self, call: Call) -> Outcome:
        return self._answer("find", call, Absent())

    def validate_settings(self, settings: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        return self._answer("validate_settings", settings, {})

    def bound(self, instance: InstanceContext, reduction: Reduction) -> Bound | None:
        return self._answer("bound", (instance, reduction), None)

    def fields(
        self, instance: InstanceContext, line: ReviewLine, subject: ReviewSubject
    ) -> Sequence[FieldSpec]:
        return self._answer("fields", line, ())

    def review(
        self,
        instance: InstanceContext,
        subject: ReviewSubject,
        lines: Sequence[ReviewLine],
        step: ReviewStep,
    ) -> Verdict:
        return self._answer("review", lines, Proceed())

    def prepare(
        self, instance: InstanceContext, request: Mapping[str, Any], idempotency_key: str
    ) -> Any:
        return self._answer("prepare", (request, idempotency_key), Answered({}))

    @classmethod
    def asked(cls, method: str) -> list[Any]:
        """What a method was called with, in order."""
        return [what for name, what in cls.heard if name == method]

    def _answer(self, method: str, what: Any, otherwise: Answer) -> Any:
        type(self).heard.append((method, what))
        if type(self).meanwhile is not None:
            type(self).meanwhile(method)
        answers = type(self).script.get(method) or [otherwise]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer(what) if callable(answer) else answer


class ScriptedAccounts(Scripted):
    """The same, and it keeps accounts: unknown until they are made."""

    code = "scripted-accounts"
    name = "Scripted vendor with accounts"
    capabilities = Scripted.capabilities | {Capability.ACCOUNTS}
    script: ClassVar[dict[str, list[Answer]]] = {}
    heard: ClassVar[list[tuple[str, Any]]] = []

    def account_find(self, call: Call) -> Outcome:
        return self._answer("account_find", call, Absent())

    def account_sync(self, call: Call) -> Outcome:
        return self._answer("account_sync", call, Done("account-1"))


class ScriptedRemote(Scripted):
    """The same, reviewed in a thread with a deadline."""

    code = "scripted-remote"
    name = "Scripted vendor elsewhere"
    is_remote = True
    script: ClassVar[dict[str, list[Answer]]] = {}
    heard: ClassVar[list[tuple[str, Any]]] = []
