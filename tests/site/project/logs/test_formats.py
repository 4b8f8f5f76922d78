"""Log lines: one record cannot look like several, and tells which request it belongs to."""

from __future__ import annotations

import json
import logging
import sys
from logging.config import dictConfig
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from extery.core.errors import Unavailable
from extery_site.project.logs import request_ids
from extery_site.project.logs.config import logging_config, require_writable
from extery_site.project.logs.formats import JsonFormatter, TextFormatter
from extery_site.project.problems import problem_details, problem_response


def record(message: str, *arguments: object, name: str = "extery_site", **extra: Any) -> Any:
    try:
        raise ValueError("first\n2026-01-01T00:00:00.000Z ERROR forged: line")
    except ValueError:
        made = logging.LogRecord(name, logging.ERROR, "", 0, message, arguments, sys.exc_info())
    for key, value in extra.items():
        setattr(made, key, value)
    return made


def test_only_the_first_line_of_a_record_begins_at_the_margin() -> None:
    with request_ids.running("0edf967e194d744c"):
        text = TextFormatter().format(record("a %s", "b\nforged\r\x1b[0m"))
    first, *rest = text.split("\n")
    assert first.endswith("Z ERROR extery_site [0edf967e194d744c]: a b")
    assert rest[0] == "    forged\\r\\x1b[0m"
    assert "Traceback" in rest[1]
    assert all(line.startswith("    ") for line in rest)
    assert "\r" not in text


def test_a_record_as_json_is_one_object_on_one_line() -> None:
    with request_ids.running("0edf967e194d744c"):
        text = JsonFormatter().format(record("a\nb"))
    assert text.isascii()
    assert "\n" not in text
    fields = json.loads(text)
    assert (fields["message"], fields["request_id"]) == ("a\nb", "0edf967e194d744c")
    assert "forged: line" in fields["traceback"]
    assert fields["level"] == "error"
    assert json.loads(JsonFormatter().format(record("x")))["request_id"] is None


def test_messages_of_django_about_requests_have_no_tokens() -> None:
    request = RequestFactory().get("/try/tok/gear.zip")
    made = record("%s: %s", "Server Error", request.path, name="django.request")
    made.request, made.status_code = request, 500
    assert "GET /try/***: status 500" in TextFormatter().format(made)
    assert "tok" not in TextFormatter().format(made)


def test_logs_go_to_a_file_that_may_be_renamed(tmp_path: Path) -> None:
    file = tmp_path / "extery.log"
    require_writable(file)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        config = logging_config(format_name="json", level="ERROR", file=file)
        dictConfig({**config, "loggers": {}})
        logging.getLogger("extery_sample").error("one")
        file.rename(tmp_path / "old.log")
        logging.getLogger("extery_sample").error("two")
        logging.getLogger("extery_sample").warning("not this")
    finally:
        for handler in [one for one in root.handlers if one not in handlers]:
            handler.close()
        root.handlers[:], root.level = handlers, level
    assert json.loads(file.read_text())["message"] == "two"
    with pytest.raises(Unavailable) as caught:
        require_writable(tmp_path / "missing" / "extery.log")
    assert caught.value.code == "setting.log-file"


def test_error_pages_and_problem_details_name_the_request() -> None:
    error = Unavailable.of("request.server-error")
    request = RequestFactory().get("/")
    assert "request_id" not in problem_details(error)
    with request_ids.running("0edf967e194d744c"):
        assert problem_details(error)["request_id"] == "0edf967e194d744c"
        page = problem_response(request, error).content.decode()
        api = problem_response(RequestFactory().get("/api/v1/x"), error)
        missing = problem_response(
            RequestFactory().get("/api/v1/x"), Unavailable.of("usage.demo-missing")
        )
    assert "<code>0edf967e194d744c</code>" in page
    assert json.loads(api.content)["request_id"] == json.loads(missing.content)["request_id"]
