"""Probing of videos, which runs in isolation: container, codecs, size, duration. Imports no Django.

Nothing is decoded. The readers of both containers walk through the headers within limits, compare what these
say with the samples, and list what must be overwritten so that no metadata, such as the place of a recording, is published.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from extery.core.errors import InvalidInput
from extery_site.media.mp4 import read_mp4
from extery_site.media.video_facts import VideoFacts, damaged, problem
from extery_site.media.webm import read_webm

#: Width and height in pixels, in either orientation.
MIN_SIDES, MAX_SIDES = (180, 320), (2160, 3840)
VIDEO_CODECS = {"avc1", "avc3", "av01", "vp09", "V_VP8", "V_VP9", "V_AV1"}
AUDIO_CODECS = {"mp4a", "Opus", "A_OPUS", "A_VORBIS"}
#: By how much the duration of a header may differ from that of the samples: seconds, or a part of it.
_TOLERANCE, _TOLERANCE_PART = 1.5, 0.05


def probe(file: BinaryIO, max_seconds: float) -> dict[str, Any]:
    """Return container, codecs, size, duration and edits of a video; raises `InvalidInput` for an unacceptable one."""
    start = file.read(12)
    file.seek(0)
    try:
        if start[4:8] == b"ftyp":
            facts = read_mp4(file)
        elif start[:4] == b"\x1a\x45\xdf\xa3":
            facts = read_webm(file)
        else:
            raise problem("video.not-video")
    except (OverflowError, ValueError, ArithmeticError) as error:
        raise damaged("a number is out of range") from error
    _check_tracks(facts)
    _check_duration(facts, max_seconds)
    return {
        "container": facts.container,
        "size": [facts.width, facts.height],
        "seconds": facts.seconds,
        "edits": [[edit.start, edit.header.hex(), edit.end] for edit in facts.edits],
    }


def _check_tracks(facts: VideoFacts) -> None:
    for kind, name in ((facts.video_codecs, "video"), (facts.audio_codecs, "audio")):
        if len(kind) > 1:
            raise problem("video.bad-track", variant="number", kind=name, number=len(kind))
    if not facts.video_codecs:
        raise problem("video.bad-track", variant="none")
    for codec in (*facts.video_codecs, *facts.audio_codecs):
        if codec not in VIDEO_CODECS | AUDIO_CODECS:
            raise problem("video.unsupported-codec", codec=codec)
    sides = sorted((facts.width, facts.height))
    is_small = any(side < least for side, least in zip(sides, MIN_SIDES, strict=True))
    if is_small or any(side > most for side, most in zip(sides, MAX_SIDES, strict=True)):
        raise problem("video.bad-size", width=facts.width, height=facts.height)


def _check_duration(facts: VideoFacts, max_seconds: float) -> None:
    if facts.seconds <= 0:
        raise damaged("it has no duration")
    declared = facts.declared_seconds
    most = max(_TOLERANCE, facts.seconds * _TOLERANCE_PART)
    if declared is not None and not abs(declared - facts.seconds) <= most:
        raise InvalidInput.of(
            "video.wrong-duration",
            where=problem("video.not-video").problems[0].where,
            declared=_words(declared),
            actual=_words(facts.seconds),
        )
    if facts.seconds > max_seconds:
        raise problem(
            "video.too-long", duration=_words(facts.seconds), max_duration=_words(max_seconds)
        )


def _words(seconds: float) -> str:
    """Return a duration such as ``24 s``, ``3 min 5 s`` or ``2 h 10 min``."""
    if not 0 <= seconds < 360_000:
        return "100 h or more" if seconds > 0 else "less than 0 s"
    if seconds < 60:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    large, small, units = (
        (*divmod(whole, 60), ("min", "s"))
        if whole < 3600
        else (*divmod(whole // 60, 60), ("h", "min"))
    )
    return f"{large} {units[0]} {small} {units[1]}" if small else f"{large} {units[0]}"
