"""The people of every test: staff of the distributor, a reseller's admin, its customer, a rival, a tenant's staff."""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test import Client, override_settings
from django.urls import set_script_prefix, set_urlconf
from hypothesis import HealthCheck
from hypothesis import settings as drawing

from bss.accounts import selectors
from bss.accounts.models import Account, Membership, Organization, Storefront, User
from bss.core import clock, jobs, scope
from bss.core.actor import Actor
from tests.factories.accounts import (
    AccountFactory,
    OrganizationFactory,
    ResellerFactory,
    StorefrontFactory,
    make_staff,
    make_storefront_user,
)

# How long a busy machine takes to draw an example says nothing about the product.
drawing.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
drawing.load_profile("calm")

pytest_plugins = ["tests.plugins.emptying", "tests.plugins.sandbox"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for processes of their own first, then the others, the largest first: none of them is left at the
    end for one test process alone.
    """
    sizes = Counter(item.path for item in items)
    waiting = {
        item.path
        for item in items
        if item.get_closest_marker("scenario") or "tooling" in item.path.parts
    }
    items.sort(key=lambda item: (item.path not in waiting, -sizes[item.path], str(item.path)))


def pytest_collection_finish() -> None:
    """What was collected and imported stays to the end: the garbage collector need not look through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@dataclass
class Person:
    """Somebody who acts in a test: a login, what it is here, and a browser that is signed in."""

    user: User
    membership: Membership
    actor: Actor
    client: Client
    account: Account | None = None


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little():
    """A password takes a third of a second to hash as it should; what is tested is not how long that takes."""
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    with override_settings(PASSWORD_HASHERS=quick):
        yield


@pytest.fixture(scope="session", autouse=True)
def _threads_leave_the_database():
    """A thread that is kept for the next one to ask keeps no connection: the database goes when the tests are over."""
    settings_of_default = connections.settings["default"]
    before, settings_of_default["CONN_MAX_AGE"] = settings_of_default["CONN_MAX_AGE"], 0
    yield
    settings_of_default["CONN_MAX_AGE"] = before


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    """No cache, script prefix or URL configuration of an earlier test."""
    cache.clear()
    set_script_prefix("/")
    set_urlconf(None)
    yield
    set_script_prefix("/")
    set_urlconf(None)


@pytest.fixture
def distributor(db) -> Organization:
    organization = OrganizationFactory(name="Meridian Cloud Distribution")
    StorefrontFactory(organization=organization)
    return organization


@pytest.fixture
def shop(distributor) -> Storefront:
    """The distributor's own storefront."""
    return Storefront.everywhere.get(organization=distributor, owner=None)


@pytest.fixture
def staff(distributor) -> Person:
    return person_of_staff(make_staff(distributor))


@pytest.fixture
def reseller(distributor, shop) -> Person:
    return person_of_account(ResellerFactory(organization=distributor, name="Techsolutions"), shop)


@pytest.fixture
def rival(distributor, shop) -> Person:
    return person_of_account(ResellerFactory(organization=distributor, name="Northbridge IT"), shop)


@pytest.fixture
def customer_account(reseller) -> Account:
    return AccountFactory(parent=reseller.account, name="Aegean Foods")


@pytest.fixture
def tenant(distributor) -> Person:
    billing = ResellerFactory(organization=distributor, name="Nordhaven Systems")
    organization = OrganizationFactory(
        name="Nordhaven Systems", parent=distributor, billing_account=billing, country="SE"
    )
    StorefrontFactory(organization=organization, host="nordhaven.localhost")
    return person_of_staff(make_staff(organization))


@pytest.fixture
def at_distributor(distributor):
    """The distributor's scope, for tests that read or call services directly."""
    with scope.activate(distributor.scope):
        yield distributor


def person_of_staff(membership: Membership) -> Person:
    client = signed_in(membership.user, "portal")
    actor = selectors.staff_actor(membership, membership.user)
    return Person(membership.user, membership, actor, client)


def person_of_account(account: Account, storefront: Storefront) -> Person:
    return person_of_user(make_storefront_user(account, storefront), account, storefront)


def person_of_user(membership: Membership, account: Account, storefront: Storefront) -> Person:
    client = signed_in(membership.user, f"storefront:{storefront.pk}", storefront)
    actor = selectors.storefront_actor(membership, membership.user)
    return Person(membership.user, membership, actor, client, account)


def signed_in(user: User, surface_key: str, storefront: Storefront | None = None) -> Client:
    """A browser with a session of one surface, as a login would leave it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["surface"] = surface_key
    session.save()
    client = Client()
    name = f"tw_shop_{storefront.pk}" if storefront else "tw_portal"
    client.cookies[name] = session.session_key
    return client


@pytest.fixture
def run_jobs(django_capture_on_commit_callbacks):
    """Do everything that is due, as the workers would, until nothing is. Returns how many jobs ran."""

    def drain(limit: int = 500) -> int:
        done = 0
        while ids := jobs.due_ids():
            with scope.activate(None):
                ran = jobs.run(ids)
            if not ran:
                break
            done += ran
            assert done < limit, "jobs keep making jobs"
        return done

    return drain


@pytest.fixture
def travel():
    """Move the product's clock: `travel(timedelta(days=30))`."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda delta: stack.enter_context(clock.travel(delta))
