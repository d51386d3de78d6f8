"""What may be done only so often is counted where nothing else evicts it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import RequestFactory

from apps.accounts.tasks import forget_what_expired
from apps.core import clock
from apps.core.refusals import TooMany
from apps.limits import actions as limits
from apps.limits.actions import HOUR, MINUTE, Limit
from apps.limits.cache import UnevictedCache
from apps.limits.models import Count
from apps.limits.places import network, network_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 9, 12, 0, 20, tzinfo=UTC)
THREE = Limit("three", ((3, MINUTE),))


def times_taken(limit, *whose, tries=20):
    """How many of ``tries`` pass."""
    passed = 0
    for _try in range(tries):
        try:
            limits.take(limit, *whose)
        except TooMany:
            continue
        passed += 1
    return passed


def test_no_more_pass_than_the_limit_says_and_the_refusal_says_when_to_come_back():
    with clock.at(NOON):
        assert times_taken(THREE, "ana") == 3
        with pytest.raises(TooMany) as refusal:
            limits.take(THREE, "ana")
    assert refusal.value.wait == 40
    assert refusal.value.message == "Muitas tentativas seguidas. Tente de novo em 40 segundos."
    with clock.at(NOON + timedelta(seconds=40)):
        assert times_taken(THREE, "ana") == 3


def test_one_person_does_not_use_up_what_another_may():
    with clock.at(NOON):
        assert [times_taken(THREE, who) for who in ("ana", "bia")] == [3, 3]
        assert times_taken(Limit("other", ((3, MINUTE),)), "ana") == 3


def test_what_turned_out_to_be_no_failure_is_given_back():
    with clock.at(NOON):
        for _time in range(10):
            limits.give_back(limits.take(THREE, "ana"))
        assert times_taken(THREE, "ana") == 3


def test_hammering_a_closed_door_does_not_use_up_the_longer_window():
    limit = Limit("both", ((2, MINUTE), (4, HOUR)))
    with clock.at(NOON):
        assert times_taken(limit, "ana", tries=50) == 2
    with clock.at(NOON + timedelta(minutes=1)):
        assert times_taken(limit, "ana") == 2
    with clock.at(NOON + timedelta(minutes=2)):
        assert times_taken(limit, "ana") == 0


def test_no_row_names_whom_it_counts():
    with clock.at(NOON):
        limits.take(THREE, "ana@exemplo.com.br")
    assert "ana" not in Count.objects.get().key


def test_a_thousand_others_wash_nobody_away():
    with clock.at(NOON):
        assert times_taken(THREE, "ana") == 3
        for number in range(1000):
            limits.take(THREE, f"stranger {number}")
        assert times_taken(THREE, "ana") == 0


def test_the_nightly_task_drops_the_windows_that_are_over_and_no_other():
    with clock.at(NOON):
        limits.take(THREE, "ana")
        limits.take(Limit("day", ((3, limits.DAY),)), "ana")
    with clock.at(NOON + timedelta(hours=1)):
        forget_what_expired()
    assert [row.ends_at.date() for row in Count.objects.all()] == [(NOON + timedelta(days=1)).date()]


def test_the_cache_that_remembers_used_codes_drops_nothing_that_is_not_over(monkeypatch):
    table = caches["default"]
    monkeypatch.setattr(table, "_max_entries", 3)
    cache.clear()
    for name in ("b", "c", "d", "e", "f", "a"):
        assert cache.add(name, "used", timeout=300)
    assert [name for name in "abcdef" if cache.get(name) == "used"] == list("abcdef")
    assert isinstance(table, UnevictedCache)


def test_what_is_over_makes_room_in_it(monkeypatch):
    monkeypatch.setattr(caches["default"], "_max_entries", 1)
    cache.clear()
    for name in ("old", "older", "new"):
        cache.set(name, "x", timeout=-10 if name != "new" else 300)
    cache.set("newest", "x", timeout=300)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone()[0] == 2


class TestPlaces:
    @pytest.mark.parametrize(
        ("address", "place"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7"),  # All of IPv4 would be one /64.
            ("fe80::1%eth0", "fe80::/64"),
        ],
    )
    def test_an_ipv4_address_is_one_place_and_so_is_an_ipv6_64(self, address, place):
        assert network(address) == place

    def asked(self, **headers):
        return network_of(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", **headers))

    def test_those_of_whom_there_is_no_telling_are_one_place(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        assert self.asked(HTTP_X_FORWARDED_FOR="ninguém") == "unknown"
        assert network_of(RequestFactory().get("/", REMOTE_ADDR="")) == "unknown"

    def test_without_a_proxy_nobody_says_where_they_come_from(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
        assert self.asked(HTTP_X_FORWARDED_FOR="198.51.100.1") == "203.0.113.7"

    def test_behind_a_proxy_only_what_the_proxy_itself_added_counts(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        assert self.asked(HTTP_X_FORWARDED_FOR="9.9.9.9, 8.8.8.8, 198.51.100.1") == "198.51.100.1"
        assert self.asked(HTTP_X_FORWARDED_FOR="9.9.9.9, 2001:db8::77") == "2001:db8::/64"
