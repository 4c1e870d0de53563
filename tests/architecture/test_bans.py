"""Ways of writing that cost somebody dearly elsewhere, and are not written here."""

from __future__ import annotations

import ast

from tests.architecture.sources import APPS, calls, dotted, python_files, room_of, text_of, tree_of

DOORS = frozenset({"views", "api", "handlers", "tasks", "webhooks", "forms"})
# Modules whose work is to survive anything a stranger's code does, and what they do with it.
CATCH_ALL = {
    "bss/core/jobs.py": "a job's failure is recorded on its row and retried",
    "bss/core/doorbell.py": "whatever the broker's library raises: the work is safe in its row",
    "servicemanager/review.py": "whatever a plug-in raises is no answer, and counts for its breaker",
    "servicemanager/services/steps.py": "whatever a plug-in raises: nobody knows what happened, so it is asked",
}  # fmt: skip
# Kernel tables are no entities with a life of their own: their columns are moved by the modules that own them.
STATE_WRITERS = frozenset({"bss/core/jobs.py", "bss/core/runs.py", "bss/core/machine.py"})
# In memory only: the caller's object shows what happened to its row.
SHOWN_STATES = {"bss/orders/services/placing.py:basket.state"}
# Whole-row saves of a row that may exist.
WHOLE_SAVES = {
    "bss/accounts/middleware.py:session": "a session is no row of ours",
    "bss/accounts/models.py:user": "a new login",
    "bss/accounts/services/memberships.py:membership": "new, or a deactivated login taken up again whole",
    "bss/accounts/services/organizations.py:method": "its form holds every column",
    "bss/orders/services/baskets.py:line": "read under its basket's lock",
    "bss/orders/services/drafts.py:_freeze_now()": "read under its order's lock",
}
# Records a door fetches itself.
FETCHES = {
    "bss/accounts/api.py": "the caller's own organization",
    "servicemanager/views/instances.py": "the organization of the active scope",
    "bss/subscriptions/handlers.py": "the change of the line that an event named",
}
# Real time that no demo moves: cookies and sessions expire by the browser's clock, a demo's patience is ours.
REAL_TIME = {"bss/accounts/middleware.py", "bss/accounts/adapter.py"}
SLEEPERS = {
    "bss/portal/management/commands/demo_check.py": "a walk from outside waits as a person does"
}


def found(rule):
    """ "path:line" of each node for which `rule(path, node)` holds."""
    return [
        f"{path}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(tree_of(path))
        if hasattr(node, "lineno") and rule(path, node)
    ]


def is_call(node, *endings):
    return isinstance(node, ast.Call) and dotted(node.func).endswith(endings)


def test_only_the_bell_speaks_to_celery():
    def rings(path, node):
        return is_call(node, ".delay", ".apply_async", ".send_task", ".delay_on_commit") and (
            path != "bss/core/doorbell.py"
        )

    assert found(rings) == []


def test_no_message_waits_in_the_broker():
    """A countdown longer than the broker's patience is delivered again and again: what waits is a row with due_at."""

    def waits(_path, node):
        return isinstance(node, ast.keyword) and node.arg in {"countdown", "eta"}

    assert found(waits) == []


def test_doors_find_records_through_access_and_selectors():
    """An id out of a URL goes through access.py. The id of an event or a job is our own, and in its job's scope."""

    def gets(path, node):
        if room_of(path) not in DOORS or not is_call(node, ".objects.get", ".objects.create"):
            return False
        ours = any(ast.unparse(k.value).startswith(("event.", "job.")) for k in node.keywords)
        return not ours and path not in FETCHES

    assert found(gets) == []


def test_what_is_caught_is_named():
    def catches(path, node):
        if not isinstance(node, ast.ExceptHandler) or path in CATCH_ALL:
            return False
        names = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return any(n is None or dotted(n) in {"Exception", "BaseException"} for n in names)

    assert found(catches) == []
    for path in CATCH_ALL:
        assert "except Exception" in text_of(path), f"take {path} off the list"


def test_nobody_listens_to_models():
    """Signals act at a distance and not at all in bulk: what happened is an event."""

    def imports(_path, node):
        return (
            isinstance(node, ast.ImportFrom)
            and node.module in {"django.db.models.signals", "django.dispatch"}
        ) or (isinstance(node, ast.FunctionDef) and _overrides_save(node))

    def _overrides_save(node):
        return (
            node.name in {"save", "delete"}
            and node.args.args[:1]
            and any(is_call(call, ".save_base") for call in calls(node))
        )

    assert found(imports) == []


def test_models_do_not_act_when_saved():
    def overrides(path, node):
        return (
            room_of(path) == "models"
            and isinstance(node, ast.FunctionDef)
            and node.name in {"save", "delete", "full_clean"}
        )

    assert found(overrides) == []


def test_nobody_sleeps():
    def sleeps(path, node):
        return (path not in SLEEPERS and is_call(node, "time.sleep", "asyncio.sleep")) or (
            isinstance(node, ast.Call) and dotted(node.func) == "sleep"
        )

    assert found(sleeps) == []


def test_time_is_aware_and_comes_from_one_clock():
    def naive(path, node):
        if path == "bss/core/clock.py" or not isinstance(node, ast.Call):
            return False
        name = dotted(node.func)
        if name in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now",
                    "datetime.fromtimestamp", "datetime.utcfromtimestamp", "time.time"}:  # fmt: skip
            return path not in REAL_TIME
        return (
            name == "datetime"
            and len(node.args) < 8
            and "tzinfo" not in {k.arg for k in node.keywords}
        )

    assert found(naive) == []


def test_a_row_that_exists_is_saved_by_naming_what_changed():
    """A whole-row save writes back what somebody else changed meanwhile."""

    def saves_whole(path, node):
        if not is_call(node, ".save") or node.args:
            return False
        named = {k.arg for k in node.keywords}
        return (
            not named & {"update_fields", "force_insert"} and _target(path, node) not in WHOLE_SAVES
        )

    assert found(saves_whole) == []


def _target(path, node):
    owner = node.func.value
    name = f"{dotted(owner.func)}()" if isinstance(owner, ast.Call) else dotted(owner)
    return f"{path}:{name}"


def test_states_are_moved_by_their_machines_alone():
    """`order.state = ...` and `update(state=...)` would leave no history and ask no table."""

    def moves(path, node):
        if path in STATE_WRITERS or room_of(path) in {"states", "migrations"} or "/seed/" in path:
            return False
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            return any(_is_state(path, target) for target in targets)
        if is_call(node, ".update", ".bulk_update", ".update_or_create"):
            return "state" in {k.arg for k in node.keywords}
        return isinstance(node, ast.Call) and dotted(node.func) == "setattr" and _names_state(node)

    def _is_state(path, target):
        name = dotted(target)
        return (
            name.endswith(".state")
            and name != "self.state"
            and f"{path}:{name}" not in SHOWN_STATES
        )

    def _names_state(node):
        return (
            len(node.args) > 1
            and isinstance(node.args[1], ast.Constant)
            and node.args[1].value == "state"
        )

    assert found(moves) == []


def test_who_holds_a_row_lets_others_point_to_it():
    """A plain FOR UPDATE stops the foreign keys of a whole billing run, each way round: sooner or later a deadlock."""

    def stops(_path, node):
        return is_call(node, "select_for_update") and "no_key" not in {k.arg for k in node.keywords}

    assert found(stops) == []


def test_the_product_prints_nothing():
    def prints(path, node):
        return isinstance(node, ast.Call) and dotted(node.func) in {"print", "breakpoint"}

    assert found(prints) == []


def test_no_template_is_made_of_text():
    """Text of people is printed by templates, never compiled as one."""

    def compiles(_path, node):
        return (
            isinstance(node, ast.Call) and dotted(node.func) in {"Template", "engines.from_string"}
        ) or is_call(node, ".from_string")

    assert found(compiles) == []


def test_what_is_queued_exists():
    """Every kind named in enqueue() and build() has a handler."""
    from bss.core import jobs

    named = set()
    for path in python_files():
        for call in calls(tree_of(path)):
            if dotted(call.func) in {"jobs.enqueue", "jobs.build", "jobs.hurry"} and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant):
                    named.add(first.value)
    assert named <= jobs.kinds()


def test_kinds_of_jobs_say_whose_they_are():
    from bss.core import jobs

    apps = {path.removeprefix("bss/") for path in APPS} | {"core", "event", "provisioning"}
    for kind in jobs.kinds():
        if kind.startswith("crash."):
            continue  # of the tests of crashes
        app, _, verb = kind.partition(".")
        assert app in apps, kind
        assert verb.isidentifier(), kind
