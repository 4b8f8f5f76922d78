"""Runs actions at the same time, each in a thread with its own database connection."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from extery.core.errors import ExteryError
from extery_site.accounts.models import User
from extery_site.publish import actions as publish
from tests.site.packages import package


def run_simultaneously(*actions: Callable[[], Any]) -> list[Any]:
    """Return what each action returned, or the `ExteryError` that it raised, in order.

    Any other error fails the test: on a site it would be a 500.
    """
    barrier = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(index: int, action: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            results[index] = action()
        except BaseException as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, ExteryError):
            raise result
    return results


def errors_of(results: list[Any]) -> list[str]:
    """Return the codes of the errors among the results."""
    return [result.code for result in results if isinstance(result, ExteryError)]


def upload(owner: User, **fields: Any) -> Callable[[], Any]:
    """Return the upload of a package with these fields of its manifest."""
    data = package(**fields)
    return lambda: publish.receive_upload(file=io.BytesIO(data), user=owner)
