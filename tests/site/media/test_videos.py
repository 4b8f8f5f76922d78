"""Videos are probed, hostile ones are refused, and what is stored has no metadata."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from extery.core.errors import InvalidInput
from extery.isolation.limits import ProcessEnded, Reply
from extery_site.files.models import StoredFile
from extery_site.media import video_facts, videos
from extery_site.media.isolated_video import probe
from extery_site.media.youtube import read_youtube_id
from tests.site.media.videos import PLACE, box, full, mp4, track, webm
from tests.site.stored import path_of


def found(data: bytes, seconds: float = 180) -> dict[str, Any]:
    return probe(io.BytesIO(data), max_seconds=seconds)


def refused(data: bytes, seconds: float = 180) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        found(data, seconds)
    return caught.value


def store(data: bytes) -> StoredFile:
    with videos.uploaded_video(io.BytesIO(data)) as video, transaction.atomic():
        return video.store()


@pytest.mark.parametrize(
    ("data", "container", "size", "seconds"),
    [
        (mp4(), "mp4", [1280, 720], 4),
        (mp4(track(), track(handler=b"soun", codec=b"mp4a")), "mp4", [1280, 720], 4),
        (mp4(track(codec=b"av01", size=(720, 1280))), "mp4", [720, 1280], 4),
        (mp4(end=box(b"free", bytes(20))), "mp4", [1280, 720], 4),
        (webm(), "webm", [640, 360], 3.9),
        (webm(declared=None), "webm", [640, 360], 3.9),
        (webm(unknown=True), "webm", [640, 360], 3.9),
    ],
)
def test_a_video_is_probed(data: bytes, container: str, size: list[int], seconds: float) -> None:
    facts = found(data)
    assert (facts["container"], facts["size"], facts["seconds"]) == (container, size, seconds)


@pytest.mark.parametrize("data", [mp4(), webm(), webm(unknown=True)])
def test_what_is_stored_has_no_place_and_is_probed_alike(data: bytes, db: None) -> None:
    assert PLACE in data
    stored = path_of(store(data)).read_bytes()
    assert PLACE not in stored
    assert len(stored) == len(data)
    before, after = found(data), found(stored)
    assert {**before, "edits": []} == {**after, "edits": []}


def test_edits_are_read_across_blocks() -> None:
    edits = [videos._Edit(3, b"abcd", 11)]
    whole = videos.EditedFile(io.BytesIO(b"0123456789ABCDEF"), edits).read()
    assert whole == b"012abcd\0\0\0\0BCDEF"
    for size in (1, 2, 5):
        file = videos.EditedFile(io.BytesIO(b"0123456789ABCDEF"), edits)
        assert b"".join(iter(lambda: file.read(size), b"")) == whole  # noqa: B023


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "video.not-video", "not an MP4 or WebM"),
        (b"GIF89a" + bytes(20), "video.not-video", "not an MP4 or WebM"),
        (b"<html><script>1</script>", "video.not-video", "not an MP4 or WebM"),
        (mp4(brand=b"qt  "), "video.not-video", "kind qt"),
        (webm(doc_type=b"matroska"), "video.not-video", "kind matroska"),
        # Cut off.
        (mp4()[:-50], "video.not-video", "cut off"),
        (mp4()[:60], "video.not-video", "cut off"),
        (webm()[:-50], "video.not-video", "cut off"),
        (mp4(data=b""), "video.not-video", "less data than its headers say"),
        (box(b"ftyp", b"isom", bytes(4)), "video.not-video", "headers are missing"),
        # Something else follows: an archive, a page.
        (mp4(end=b"PK\3\4 archive"), "video.not-video", "cut off"),
        (mp4(end=b"PK"), "video.not-video", "bytes follow"),
        (mp4(end=box(b"html", b"<script>")), "video.not-video", "unknown part html"),
        (webm(end=b"<script>"), "video.not-video", "bytes follow"),
        # Tracks and codecs.
        (mp4(track(), track(handler=b"meta", codec=b"mebx")), "video.bad-track", "kind meta"),
        (mp4(track(), track()), "video.bad-track", "2 tracks"),
        (mp4(track(handler=b"soun", codec=b"mp4a")), "video.bad-track", "no track with pictures"),
        (mp4(track(codec=b"hvc1")), "video.unsupported-codec", "hvc1"),
        (mp4(track(codec=b"<a>\0")), "video.unsupported-codec", "<a>?"),
        (webm(codec=b"V_MPEG4/ISO/AVC"), "video.unsupported-codec", "AVC"),
        (mp4(track(size=(64, 36))), "video.bad-size", "64 × 36"),
        (webm(size=(640, 100)), "video.bad-size", "640 × 100"),
        (mp4(moov=box(b"mvex", b"")), "video.not-video", "fragmented"),
        # Durations that lie.
        (mp4(track(seconds=9000)), "video.wrong-duration", "2 h 30 min"),
        (webm(declared=2, times=(0, 90_000)), "video.wrong-duration", "1 min 30 s"),
        (webm(declared=float("nan")), "video.wrong-duration", "less than 0 s"),
        (webm(declared=float("inf")), "video.wrong-duration", "100 h or more"),
        (mp4(track(seconds=200), seconds=200), "video.too-long", "3 min 20 s"),
        (mp4(track(samples=3)), "video.not-video", "different lengths"),
        (webm(times=()), "video.not-video", "no pictures"),
        # Sizes that lie.
        (box(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4s", 3, b"moov"), "video.not-video", "size of moov"),
        (mp4(moov=struct.pack(">I4sQ", 1, b"trak", 1 << 63)), "video.not-video", "cut off"),
    ],
)  # fmt: skip
def test_another_file_is_refused(data: bytes, code: str, words: str) -> None:
    error = refused(data)
    assert error.code == code
    assert words in error.problems[0].message
    assert error.problems[0].where.field == "file"


def test_endless_parts_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_facts, "MAX_PARTS", 300)
    for data in (
        mp4(end=box(b"free") * 300),
        mp4(moov=box(b"iods") * 300),
        webm(times=tuple(range(0, 3900, 13))),
    ):
        assert "too many parts" in refused(data).problems[0].message
    times = full(b"stts", struct.pack(">I", 0xFFFFFFFF))
    assert refused(mp4(track(extra=times))).code == "video.not-video"


def test_a_reader_survives_what_is_cut_and_changed() -> None:
    for data in (mp4(), webm()):
        for at in range(0, min(len(data), 900), 7):
            for changed in (
                data[:at],
                data[:at] + b"\xff" + data[at + 1 :],
                data[:at] + data[at + 4 :],
            ):
                try:
                    found(changed)
                except InvalidInput as error:
                    assert error.code.startswith("video.")  # noqa: PT017


def test_a_video_over_the_limit_is_not_read(db: None, settings: Any) -> None:
    settings.EXTERY_MAX_VIDEO = 100
    with pytest.raises(InvalidInput) as caught:
        store(mp4())
    assert caught.value.code == "video.too-large"


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"container": "html", "size": [640, 360], "seconds": 1, "edits": []},
        {"container": "mp4", "size": [640, -1], "seconds": 1, "edits": []},
        {"container": "mp4", "size": [640, 360], "seconds": float("inf"), "edits": []},
        {"container": "mp4", "size": [640, 360], "seconds": 1, "edits": [[0, "00", 10**9]]},
        {"container": "mp4", "size": [640, 360], "seconds": 1, "edits": [[-4, "00", 8]]},
    ],
)
def test_nothing_is_stored_that_a_process_says_wrongly(
    value: Any, db: None, media: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(videos, "call_isolated", lambda *_: Reply(value))
    with pytest.raises(InvalidInput):
        store(mp4())
    assert media() == []

    def end(*_: Any) -> Any:
        raise ProcessEnded("time")

    monkeypatch.setattr(videos, "call_isolated", end)
    with pytest.raises(InvalidInput) as caught:
        store(mp4())
    assert "too much memory or time" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "aqz-KE-bpKQ",
        " https://www.youtube.com/watch?v=aqz-KE-bpKQ&t=3 ",
        "https://youtu.be/aqz-KE-bpKQ?si=x",
        "youtube.com/shorts/aqz-KE-bpKQ",
        "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ",
    ],
)
def test_the_id_of_a_video_on_youtube_is_found(text: str) -> None:
    assert read_youtube_id(text) == "aqz-KE-bpKQ"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://youtube.com.evil.example/watch?v=aqz-KE-bpKQ",
        "https://evil.example/embed/aqz-KE-bpKQ",
        "javascript://youtube.com/watch?v=aqz-KE-bpKQ",
        'https://youtu.be/aqz-KE-bpK"',
        "https://youtube.com/watch?v=../../admin",
        "https://[youtube.com/watch",
        "https://youtube.com/watch?v=" + "a" * 10_000,
    ],
)
def test_no_other_address_is_a_video_on_youtube(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_youtube_id(text)
    assert caught.value.code == "media.not-youtube"
