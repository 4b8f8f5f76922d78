"""Uses of quotas are counted in the database, per account and per client address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from extery.core.errors import ExteryError, Refused
from extery_site.project.setting_types import Rate
from extery_site.quotas.models import QuotaKind, QuotaUsage
from extery_site.quotas.tasks import delete_old_quota_usage
from extery_site.quotas.usage import use_quota
from tests.site.races import errors_of, run_simultaneously


def rate(number: int) -> Rate:
    return Rate(number, timedelta(hours=1), "hour")


def use(account: int = 1, address: str | None = "192.0.2.1") -> None:
    use_quota(QuotaKind.COMMENTS, account=account, address=address)


@pytest.fixture
def quotas(db: None, settings: Any) -> Any:
    """Two uses an hour for an account, three for an address."""
    settings.EXTERY_COMMENTS_PER_ACCOUNT = rate(2)
    settings.EXTERY_COMMENTS_PER_ADDRESS = rate(3)
    return settings


def refused(call: Callable[[], None]) -> dict[str, Any]:
    with pytest.raises(Refused) as caught:
        call()
    assert caught.value.code == "quota.exceeded"
    return dict(caught.value.problems[0].values)


def test_one_use_more_than_the_quota_of_an_account_is_refused(quotas: Any) -> None:
    use()
    use(address="192.0.2.2")
    values = refused(partial(use, address="192.0.2.3"))
    assert values.get("variant", "") == ""
    assert 3590 < values["retry_after"] <= 3600


def test_one_use_more_than_the_quota_of_an_address_is_refused(quotas: Any) -> None:
    for account in range(3):
        use(account=account)
    assert refused(partial(use, account=9))["variant"] == "address"
    use(account=9, address="192.0.2.9")


def test_a_refused_use_is_not_counted(quotas: Any) -> None:
    for account in range(3):
        use(account=account)
    for _ in range(3):
        refused(partial(use, account=9))
    use(account=9, address="")
    use(account=9, address="")
    assert refused(partial(use, account=9, address="")).get("variant", "") == ""


def test_an_unknown_address_has_no_quota_and_a_call_without_client_none_at_all(quotas: Any) -> None:
    for account in range(9):
        use(account=account, address="")
    for _ in range(9):
        use(account=77, address=None)
    assert QuotaUsage.objects.count() == 9  # one of each account with a client, none of account 77


def test_a_quota_can_be_unlimited(quotas: Any) -> None:
    quotas.EXTERY_COMMENTS_PER_ACCOUNT = quotas.EXTERY_COMMENTS_PER_ADDRESS = None
    for _ in range(9):
        use()
    assert not QuotaUsage.objects.exists()


@pytest.mark.parametrize("shift", [timedelta(hours=-1), timedelta(hours=5)])
def test_after_its_period_a_quota_can_be_used_again(quotas: Any, shift: timedelta) -> None:
    """Also after the clock of a machine went back."""
    use()
    use()
    QuotaUsage.objects.update(started_at=timezone.now() + shift)
    use()
    use()
    assert refused(use)


def test_a_use_needs_a_fixed_number_of_queries(
    quotas: Any, django_assert_max_num_queries: Any
) -> None:
    use()
    with django_assert_max_num_queries(7):
        use()


def test_addresses_are_stored_as_keyed_hashes(quotas: Any) -> None:
    use()
    assert all("192.0.2.1" not in row.subject for row in QuotaUsage.objects.all())


def test_rows_of_past_periods_are_deleted(quotas: Any, run_tasks: Callable[[], int]) -> None:
    use(account=1, address="")
    QuotaUsage.objects.update(started_at=timezone.now() - timedelta(days=1, minutes=1))
    use(account=2, address="")
    delete_old_quota_usage.enqueue()
    run_tasks()
    assert QuotaUsage.objects.get().subject == "account 2"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", ["account", "address"])
def test_of_simultaneous_uses_only_as_many_pass_as_are_left(settings: Any, same: str) -> None:
    settings.EXTERY_COMMENTS_PER_ACCOUNT = rate(2)
    settings.EXTERY_COMMENTS_PER_ADDRESS = rate(2)
    use(account=0, address="192.0.2.0")

    results = run_simultaneously(
        *(
            partial(use, account=0 if same == "account" else number, address=address)
            for number in range(1, 5)
            for address in ["192.0.2.0" if same == "address" else f"192.0.2.{number}"]
        )
    )

    assert errors_of(results) == ["quota.exceeded"] * 3
    assert sum(isinstance(result, ExteryError) for result in results) == 3
