"""Reads the elements of a WebM that matter. Tags and attachments become void elements of the same size."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
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

_EBML, _DOC_TYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_SEEK_HEAD, _VOID, _CRC, _CUES, _CHAPTERS = 0x114D9B74, 0xEC, 0xBF, 0x1C53BB6B, 0x1043A770
_INFO, _TRACKS, _CLUSTER, _TAGS, _ATTACHMENTS = (
    *(0x1549A966, 0x1654AE6B, 0x1F43B675),
    *(0x1254C367, 0x1941A469),
)
_SCALE, _DURATION, _TITLE = 0x2AD7B1, 0x4489, 0x7BA9
_TRACK, _NUMBER, _TYPE, _CODEC, _VIDEO = 0xAE, 0xD7, 0x83, 0x86, 0xE0
_WIDTH, _HEIGHT, _DEFAULT_DURATION = 0xB0, 0xBA, 0x23E383
_TIMESTAMP, _SIMPLE_BLOCK, _GROUP, _BLOCK, _BLOCK_DURATION = 0xE7, 0xA3, 0xA0, 0xA1, 0x9B
_SEGMENT_PARTS = {
    *(_SEEK_HEAD, _VOID, _CRC, _CUES, _CHAPTERS, _INFO, _TRACKS, _CLUSTER, _TAGS, _ATTACHMENTS),
}
#: What is about people and places, not about pictures.
_METADATA = {_TAGS, _ATTACHMENTS, _CHAPTERS, _VOID, _TITLE}
_MAX_TEXT = 64


class _Element(NamedTuple):
    id: int
    start: int
    body: int
    end: int


class _Time:
    """The last time of the blocks, in nanoseconds, and how many blocks there are of each track."""

    def __init__(self) -> None:
        self.scale = 1_000_000
        self.last = 0
        self.blocks = 0


def read_webm(file: BinaryIO) -> VideoFacts:
    """Return what the headers of a WebM say; raises `InvalidInput` for another file."""
    reader, facts, time = BoundedReader(file), VideoFacts("webm"), _Time()
    header = _element(reader, 0, reader.size)
    types = [
        _text(reader, one)
        for one in _elements(reader, header.body, header.end)
        if one.id == _DOC_TYPE
    ]
    if types != ["webm"]:
        raise problem("video.not-video", variant="brand", detail=(types or ["Matroska"])[0])
    segment = _element(reader, header.end, reader.size)
    if segment.id != _SEGMENT:
        raise damaged("it has no segment")
    if segment.end != reader.size:
        raise damaged("bytes follow its last part")
    seen: set[int] = set()
    for part in _elements(reader, segment.body, segment.end):
        if part.id not in _SEGMENT_PARTS:
            raise damaged(f"it has an unknown part {part.id:X}")
        _void(part, facts)
        read = _READERS.get(part.id)
        if read is not None:
            if part.id != _CLUSTER and part.id in seen:
                raise damaged("it has two headers")
            seen.add(part.id)
            read(reader, part, facts, time)
    if not time.blocks:
        raise truncated("it has no pictures")
    facts.seconds = time.last / 1e9
    return facts


def _element(reader: BoundedReader, start: int, end: int) -> _Element:
    """Return the element at a position; one of unknown size ends with its parent."""
    reader.count()
    data = reader.read(start, min(12, end - start))
    id_length = _length(data[:1], most=4)
    identifier = int.from_bytes(data[:id_length])
    rest = data[id_length:]
    length = _length(rest[:1], most=8)
    if len(rest) < length:
        raise truncated("it ends within a header")
    size = int.from_bytes(rest[:length]) & ((1 << 7 * length) - 1)
    body = start + id_length + length
    if size == (1 << 7 * length) - 1:
        if identifier not in (_SEGMENT, _CLUSTER):
            raise damaged("the size of a part is missing")
        return _Element(identifier, start, body, end)
    if body + size > end:
        raise truncated("a part ends after the file")
    return _Element(identifier, start, body, body + size)


def _length(first: bytes, *, most: int) -> int:
    """Return how many bytes a number of variable size has."""
    length = 9 - first[0].bit_length() if first else 9
    if length > most:
        raise damaged("a number has a wrong length")
    return length


def _elements(reader: BoundedReader, start: int, end: int) -> Iterator[_Element]:
    while start < end:
        element = _element(reader, start, end)
        if element.id == _CLUSTER:
            element = element._replace(end=_cluster_end(reader, element))
        yield element
        start = element.end


def _cluster_end(reader: BoundedReader, cluster: _Element) -> int:
    """Return where a cluster ends: if its size is unknown, before the first element that is a part of the segment."""
    if cluster.end != reader.size:
        return cluster.end
    at = cluster.body
    while at < cluster.end:
        element = _element(reader, at, cluster.end)
        if element.id in _SEGMENT_PARTS - {_VOID, _CRC}:
            return at
        at = element.end
    return cluster.end


def _read_info(reader: BoundedReader, part: _Element, facts: VideoFacts, time: _Time) -> None:
    duration: float | None = None
    for one in _elements(reader, part.body, part.end):
        _void(one, facts)
        if one.id == _SCALE:
            time.scale = _number(reader, one)
        elif one.id == _DURATION:
            duration = _float(reader, one)
    if not 1 <= time.scale <= 1_000_000_000:
        raise damaged("its time scale is wrong")
    if duration is not None:
        facts.declared_seconds = duration * time.scale / 1e9


def _read_tracks(reader: BoundedReader, part: _Element, facts: VideoFacts, _time: _Time) -> None:
    for track in _elements(reader, part.body, part.end):
        if track.id == _TRACK:
            _read_track(reader, track, facts)


def _read_track(reader: BoundedReader, track: _Element, facts: VideoFacts) -> None:
    kind, codec = 0, ""
    for one in _elements(reader, track.body, track.end):
        _void(one, facts)
        if one.id == _TYPE:
            kind = _number(reader, one)
        elif one.id == _CODEC:
            codec = _text(reader, one)
        elif one.id == _VIDEO:
            for field in _elements(reader, one.body, one.end):
                if field.id == _WIDTH:
                    facts.width = _number(reader, field)
                elif field.id == _HEIGHT:
                    facts.height = _number(reader, field)
    if kind not in (1, 2):
        raise problem("video.bad-track", kind=str(kind))
    (facts.video_codecs if kind == 1 else facts.audio_codecs).append(codec)


def _read_cluster(reader: BoundedReader, part: _Element, facts: VideoFacts, time: _Time) -> None:
    start = 0
    for one in _elements(reader, part.body, part.end):
        _void(one, facts)
        if one.id == _TIMESTAMP:
            start = _number(reader, one)
        elif one.id == _SIMPLE_BLOCK:
            _add_block(reader, one, start, 0, time)
        elif one.id == _GROUP:
            group = {field.id: field for field in _elements(reader, one.body, one.end)}
            length = _number(reader, group[_BLOCK_DURATION]) if _BLOCK_DURATION in group else 0
            if _BLOCK in group:
                _add_block(reader, group[_BLOCK], start, length, time)
        elif one.id not in (_VOID, _CRC, 0xA7, 0xAB):  # position, size of the one before
            raise damaged(f"it has an unknown part {one.id:X}")


def _add_block(
    reader: BoundedReader, block: _Element, start: int, length: int, time: _Time
) -> None:
    data = reader.read(block.body, min(11, block.end - block.body))
    skip = _length(data[:1], most=8)
    if len(data) < skip + 3:
        raise damaged("a block is too short")
    [offset] = struct.unpack(">h", data[skip : skip + 2])
    time.last = max(time.last, (start + offset + length) * time.scale)
    time.blocks += 1


def _void(element: _Element, facts: VideoFacts) -> None:
    """Add the edit that overwrites an element with metadata."""
    if element.id not in _METADATA:
        return
    length = element.end - element.start
    if length >= 9:
        header = b"\xec" + (length - 9 | 1 << 56).to_bytes(8)
    else:
        header = b"\xec" + (length - 2 | 0x80).to_bytes(1)
    add_edit(facts, Edit(element.start, header, element.end))


def _number(reader: BoundedReader, element: _Element) -> int:
    if element.end - element.body > 8:
        raise damaged("a number has a wrong length")
    return int.from_bytes(reader.read(element.body, element.end - element.body))


def _float(reader: BoundedReader, element: _Element) -> float:
    layout = {4: ">f", 8: ">d"}.get(element.end - element.body)
    if layout is None:
        raise damaged("a number has a wrong length")
    [value] = struct.unpack(layout, reader.read(element.body, element.end - element.body))
    return float(value)


def _text(reader: BoundedReader, element: _Element) -> str:
    if element.end - element.body > _MAX_TEXT:
        raise damaged("a name is too long")
    data = reader.read(element.body, element.end - element.body).rstrip(b"\0")
    return "".join(chr(byte) if 32 < byte < 127 else "?" for byte in data)


_Reader = Callable[[BoundedReader, _Element, VideoFacts, _Time], None]
_READERS: dict[int, _Reader] = {
    _INFO: _read_info,
    _TRACKS: _read_tracks,
    _CLUSTER: _read_cluster,
}
