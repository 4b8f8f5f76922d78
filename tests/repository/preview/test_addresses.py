"""The port, the host and the folder of a preview."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from extery.core.errors import Conflict, NotFound, Unavailable
from extery.repository.preview import preview
from tests.repository.preview.site import running


def test_a_port_in_use_is_an_error_with_the_port(folder: Path) -> None:
    with running(folder, regenerate=False) as site:
        port = site.client.port
        with pytest.raises(Conflict) as caught, preview(folder, port=port, regenerate=False):
            pass

    assert caught.value.code == "preview.port-in-use"
    assert str(port) in str(caught.value)


def test_a_preview_on_all_interfaces_has_the_host_name_in_its_url(folder: Path) -> None:
    with preview(folder, host="0.0.0.0", regenerate=False) as served:
        assert socket.gethostname() in served.listing_url


def test_an_address_of_another_computer_is_refused(folder: Path) -> None:
    with pytest.raises(Unavailable) as caught, preview(folder, host="192.0.2.1"):
        pass
    assert caught.value.code == "preview.no-address"


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFound), preview(tmp_path / "none"):
        pass
