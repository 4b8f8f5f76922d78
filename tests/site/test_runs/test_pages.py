"""The pages and the API about tests in Blender, who sees the logs, and who has tests made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import KnownIncompatibility, Version
from extery_site.scanning.compatibility import compatibility_of
from extery_site.scanning.models import StepResult
from extery_site.scanning.steps.compatibility import COMPATIBILITY
from extery_site.scanning.tasks import check_now
from extery_site.test_runs.models import Blender, BlenderRun
from extery_site.test_runs.tasks import run_tests
from tests.site.pages.html import page_of
from tests.site.test_runs.conftest import FAILED, FakeBlenders

pytestmark = pytest.mark.django_db
Publish = Callable[..., Version]
PAGE = "/extensions/gear_tool/versions/1.0.0/runs/"


def text_of(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    page_of(response)
    return response.content.decode()


def test_everyone_sees_results_and_the_owner_and_moderators_the_logs(
    client: Client,
    fakes: FakeBlenders,
    published: Publish,
    owner: User,
    moderator: User,
    stranger: User,
    signed_in: Any,
) -> None:
    published()
    fakes.answers["new"] = FAILED
    run_tests.call()

    for reader in (client, signed_in(stranger)):
        page = text_of(reader)
        assert "Failed: it could not be enabled" in page
        assert "Traceback" not in page
        assert "Run them again" not in page
    assert "Traceback" in text_of(signed_in(owner))
    assert "Run them again" not in text_of(signed_in(owner))
    assert "Run them again" in text_of(signed_in(moderator))

    table = text_of(client, "/extensions/gear_tool/compatibility/")
    assert "Tested in Blender" in table
    assert "What failed in a test" in table
    assert "Failed in 5.3.0" in table


def test_what_was_not_run_is_said_in_plain_words(
    client: Client, fakes: FakeBlenders, published: Publish, signed_in: Any, moderator: User
) -> None:
    published()
    assert "This site does not test packages" not in text_of(client)
    Blender.objects.create(program="/opt/new", release="5.3.0")
    assert "Not run yet" in text_of(client)
    fakes.answers["new"] = OSError(28, "No space left on device")
    run_tests.call()
    page = text_of(client)
    assert "Could not run" in page
    assert "This says nothing about the extension." in page
    Blender.objects.update(fault="No Blender: it cannot be started.")
    assert "No Blender: it cannot be started." in text_of(signed_in(moderator))
    assert "No Blender: it cannot be started." not in text_of(client)


def test_a_site_without_blenders_says_nothing_on_the_page_of_the_extension(
    client: Client, published: Publish
) -> None:
    published()
    assert "Tested in Blender" not in text_of(client, "/extensions/gear_tool/compatibility/")
    assert "This site does not test packages in Blender." in text_of(client)


def test_drafts_and_unknown_versions_are_not_found(
    client: Client, fakes: FakeBlenders, published: Publish
) -> None:
    published()
    assert client.get(PAGE.replace("1.0.0", "9.0.0")).status_code == 404
    assert client.get(PAGE.replace("gear_tool", "no_tool")).status_code == 404


def test_a_moderator_has_tests_made_again_and_others_not(
    fakes: FakeBlenders,
    published: Publish,
    moderator: User,
    owner: User,
    signed_in: Any,
) -> None:
    published()
    response = signed_in(moderator).post(PAGE, follow=True)  # no Blender was found yet
    assert "No test of this version can be started" in response.content.decode()
    run_tests.call()
    fakes.answers["new"] = FAILED

    assert signed_in(owner).post(PAGE).status_code == 403
    response = signed_in(moderator).post(PAGE, follow=True)
    assert "2 tests wait for the worker." in response.content.decode()
    assert AuditEntry.objects.get(action="test_run.asked").version_number == "1.0.0"
    assert run_tests.call() == 2
    assert dict(BlenderRun.objects.values_list("release", "state"))["5.3.0"] == "failed"


def test_the_table_combines_code_and_tests_and_shows_that_they_disagree(
    client: Client, fakes: FakeBlenders, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [COMPATIBILITY])
    version = published(files={"__init__.py": "import bgl\n\ndef register():\n    pass\n"})
    check_now(version.package_hashes)
    assert StepResult.objects.filter(name="compatibility").exists()
    assert KnownIncompatibility.objects.filter(blender=5_003_000).exists()
    fakes.answers["old"] = FAILED
    run_tests.call()

    found = compatibility_of([version])[version.pk]
    verdicts = {one.blender: one.verdict for one in found.verdicts}
    assert verdicts["4.2"] == "failed"
    assert verdicts["4.5"] == "works"
    assert verdicts["5.2"] == "breaks"
    assert verdicts["5.3"] == "disputed"
    assert found.breaks == ("4.2", "5.0", "5.1", "5.2")
    assert "although its code uses names that are missing there" in text_of(
        client, "/extensions/gear_tool/compatibility/"
    )
    data = client.get("/api/v1/extensions/gear_tool/versions/1.0.0/compatibility").json()
    assert data["blenders"]["5.3"] == "disputed"
    passed = {one["blender"]: (one["release"], one["passed"]) for one in data["tests"]}
    assert passed == {"4.2": ("4.2.23", False), "5.3": ("5.3.0", True)}
