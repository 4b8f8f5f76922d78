"""The command ``extery worker`` before its first task."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from django.db.migrations.recorder import MigrationRecorder

from extery.core.errors import Unavailable
from extery_site.project.commands.worker import worker


@pytest.mark.django_db
def test_a_worker_refuses_a_database_that_is_not_up_to_date(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_DATA", str(settings.EXTERY_DATA))
    MigrationRecorder.Migration.objects.filter(app="tasks").delete()
    result = CliRunner().invoke(worker, [])
    assert isinstance(result.exception, Unavailable)
    assert result.exception.code == "setting.database-outdated"
    assert "migrate" in result.exception.problems[0].hint
