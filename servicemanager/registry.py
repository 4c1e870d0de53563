"""Which service managers there are. An app registers its own from AppConfig.ready."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from servicemanager.base import METHODS, ServiceManager
from servicemanager.errors import FRAMEWORK, Explanation

_managers: dict[str, ServiceManager] = {}


def register(manager: type[ServiceManager]) -> None:
    """Make a service manager available. Raises ImproperlyConfigured when it declares one thing and does another."""
    for problem in problems(manager):
        raise ImproperlyConfigured(f"{manager.__qualname__}: {problem}")
    known = _managers.get(manager.code)
    if known is not None and type(known) is not manager:
        raise ImproperlyConfigured(f"two service managers are called {manager.code!r}")
    _managers[manager.code] = manager()


def unregister(code: str) -> None:
    """Take a service manager out again (tests)."""
    _managers.pop(code, None)


def find(code: str) -> ServiceManager | None:
    """The service manager of that code, or None when its app is not installed."""
    return _managers.get(code)


def get(code: str) -> ServiceManager:
    """The service manager of that code. Raises KeyError when its app is not installed."""
    return _managers[code]


def available() -> list[ServiceManager]:
    """Every service manager, by name."""
    return sorted(_managers.values(), key=lambda manager: str(manager.name))


def explain(code: str, manager: str = "") -> Explanation | None:
    """A failure code explained: the service manager's own words before the framework's. None for an unknown code."""
    found = _managers.get(manager)
    own = {e.code: e for e in found.explanations} if found else {}
    return own.get(code) or FRAMEWORK.get(code)


def problems(manager: type[ServiceManager]) -> list[str]:
    """What contradicts itself in a declaration; empty when it is sound."""
    found = []
    if not getattr(manager, "code", "") or not getattr(manager, "name", ""):
        found.append("it needs a code and a name")
    for capability, methods in METHODS.items():
        for method in methods:
            declares = capability in manager.capabilities
            if declares != (getattr(manager, method) is not getattr(ServiceManager, method)):
                verb = "declared without" if declares else "not declared, but there is"
                found.append(f"capability {capability.value!r} is {verb} {method}()")
    codes = [spec.code for spec in manager.settings_specs]
    if len(codes) != len(set(codes)):
        found.append("two settings have one code")
    clash = {e.code for e in manager.explanations} & FRAMEWORK.keys()
    if clash:
        found.append(f"it explains codes of the framework: {', '.join(sorted(clash))}")
    return found
