"""Reads the boxes of an MP4 (ISO base media) that matter: no more, and none twice.

Boxes must fill the file exactly, so nothing can follow the video, such as an archive. Texts and places are in ``udta``, ``meta`` and
``uuid``; they become ``free`` boxes of the same size, so that no offset changes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from extery_site.media.video_facts import (
    BoundedReader,
    Edit,
    VideoFacts,
    add_edit,
    damaged,
    problem,
    truncated,
)

#: Of plain MP4; others, such as QuickTime, have what not every browser plays.
_BRANDS = {
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"),
    *(b"M4V ", b"MSNV", b"av01", b"dash", b"mmp4"),
}
_TOP = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pdin"}
_METADATA = {b"udta", b"meta", b"uuid"}
_PADDING = {b"free", b"skip", b"wide"}
_FRAGMENTS = {b"moof", b"mvex", b"sidx", b"styp"}
#: Bytes of the headers together; three minutes have less than 1 MB.
_MAX_MOOV = 20_000_000
#: Entries of a table of sample durations.
_MAX_ENTRIES = 200_000
_TRACK_BOXES = (b"mdia", b"minf", b"stbl")


class _Box(NamedTuple):
    type: bytes
    start: int
    """Of the whole box."""
    body: int
    end: int


def read_mp4(file: BinaryIO) -> VideoFacts:
    """Return what the headers of an MP4 say; raises `InvalidInput` for another file."""
    reader, facts = BoundedReader(file), VideoFacts("mp4")
    top = list(_boxes(reader, 0, reader.size, facts))
    _check_brand(reader, top[0])
    for box in top:
        if box.type not in _TOP | _METADATA:
            raise damaged(f"it has an unknown part {_name(box.type)}")
    movies = [box for box in top if box.type == b"moov"]
    if len(movies) != 1:
        raise truncated("its headers are missing") if not movies else damaged("two headers")
    [movie] = movies
    if movie.end - movie.start > _MAX_MOOV:
        raise problem("video.not-video", variant="too-complex")
    data_size = sum(box.end - box.body for box in top if box.type == b"mdat")
    samples = 0
    for box in _boxes(reader, movie.body, movie.end, facts):
        if box.type == b"mvhd":
            facts.declared_seconds = _read_duration(reader, box)
        elif box.type == b"trak":
            samples += _read_track(reader, box, facts)
    if samples > data_size:
        raise truncated("it has less data than its headers say")
    if facts.declared_seconds is None:
        raise damaged("its duration is missing")
    return facts


def _boxes(reader: BoundedReader, start: int, end: int, facts: VideoFacts) -> Iterator[_Box]:
    """Yield the boxes that fill a range, and add the edits of those with metadata."""
    while start < end:
        reader.count()
        if end - start < 8:
            raise damaged("bytes follow its last box")
        size, kind = struct.unpack(">I4s", reader.read(start, 8))
        body = start + 8
        if size == 1:
            size, body = struct.unpack(">Q", reader.read(body, 8))[0], start + 16
        elif size == 0 and end == reader.size:
            size = end - start
        if size < body - start:
            raise damaged(f"the size of {_name(kind)} is wrong")
        if start + size > end:
            raise truncated(f"the part {_name(kind)} ends after the file")
        if kind in _FRAGMENTS:
            raise problem("video.not-video", variant="fragmented")
        box = _Box(kind, start, body, start + size)
        if kind in _METADATA | _PADDING:
            header = reader.read(start, 4) + b"free" + reader.read(start + 8, body - start - 8)
            add_edit(facts, Edit(start, header, box.end))
        yield box
        start = box.end


def _check_brand(reader: BoundedReader, box: _Box) -> None:
    size = min(box.end - box.body, 256)
    data = reader.read(box.body, size)
    brands = {data[:4], *(data[at : at + 4] for at in range(8, size - 3, 4))}
    if not brands & _BRANDS or data[:4] == b"qt  ":
        raise problem("video.not-video", variant="brand", detail=_name(data[:4]))


def _read_duration(reader: BoundedReader, box: _Box) -> float:
    """Return the duration of a header of the movie or of a track, in seconds."""
    version = reader.read(box.body, 1)[0]
    layout, skip = (">IQ", 20) if version == 1 else (">II", 12)
    scale, duration = struct.unpack(layout, reader.read(box.body + skip, struct.calcsize(layout)))
    if not scale:
        raise damaged("its time scale is 0")
    return float(duration / scale)


def _read_track(reader: BoundedReader, track: _Box, facts: VideoFacts) -> int:
    """Add what a track says; return the bytes of its samples."""
    found: dict[bytes, _Box] = {}
    waiting = [track]
    while waiting:
        parent = waiting.pop()
        for box in _boxes(reader, parent.body, parent.end, facts):
            if box.type in found:
                raise damaged(f"a track has two parts {_name(box.type)}")
            found[box.type] = box
            if box.type in _TRACK_BOXES:
                waiting.append(box)
    for kind in (b"hdlr", b"mdhd", b"stsd", b"stts", b"stsz"):
        if kind not in found:
            raise damaged(f"a track has no {_name(kind)}")
    handler = reader.read(found[b"hdlr"].body + 8, 4)
    entry, codec = _read_description(reader, found[b"stsd"])
    if handler == b"vide":
        facts.video_codecs.append(codec)
        facts.width, facts.height = struct.unpack(">HH", reader.read(entry + 32, 4))
    elif handler == b"soun":
        facts.audio_codecs.append(codec)
    else:
        raise problem("video.bad-track", kind=_name(handler))
    seconds, number = _read_times(reader, found[b"stts"], found[b"mdhd"])
    facts.seconds = max(facts.seconds, seconds)
    return _read_sizes(reader, found[b"stsz"], number)


def _read_description(reader: BoundedReader, box: _Box) -> tuple[int, str]:
    """Return where the only entry begins, and its codec."""
    number, size, codec = struct.unpack(">II4s", reader.read(box.body + 4, 12))
    if number != 1 or size > box.end - box.body - 8 or size < 36:
        raise damaged("the description of a track is wrong")
    return box.body + 8, _name(codec)


def _read_times(reader: BoundedReader, box: _Box, header: _Box) -> tuple[float, int]:
    """Return the duration of all samples in seconds, and their number."""
    version = reader.read(header.body, 1)[0]
    [scale] = struct.unpack(">I", reader.read(header.body + (20 if version == 1 else 12), 4))
    [entries] = struct.unpack(">I", reader.read(box.body + 4, 4))
    if entries > _MAX_ENTRIES or entries * 8 > box.end - box.body - 8:
        raise damaged("the table of its times is wrong")
    if not scale:
        raise damaged("its time scale is 0")
    pairs = struct.iter_unpack(">II", reader.read(box.body + 8, entries * 8))
    ticks = number = 0
    for count, delta in pairs:
        ticks, number = ticks + count * delta, number + count
    return ticks / scale, number


def _read_sizes(reader: BoundedReader, box: _Box, number: int) -> int:
    """Return the bytes of all samples, whose number is that of the table of times."""
    size, count = struct.unpack(">II", reader.read(box.body + 4, 8))
    if count != number:
        raise damaged("the tables of a track have different lengths")
    if size:
        return int(size * count)
    if count * 4 > box.end - box.body - 12:
        raise damaged("the table of its sizes is wrong")
    data = reader.read(box.body + 12, count * 4)
    return sum(one for (one,) in struct.iter_unpack(">I", data))


def _name(kind: bytes) -> str:
    """Return the name of a box for a message."""
    return "".join(chr(byte) if 32 < byte < 127 else "?" for byte in kind)
