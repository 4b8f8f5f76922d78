"""Thousands of zips that are invalid or unusual in one or two places: ``mutants(count, seed)``.

The same count and seed give the same mutants. A label such as ``python-wheel: extra unicode-path both``
describes the mutation; no reader may refuse a ``benign`` one.
"""

from __future__ import annotations

import copy
import random
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.zips import names
from tests.zips.benign import BENIGN
from tests.zips.members import MEMBERS
from tests.zips.records import RECORDS
from tests.zips.seeds import SEEDS, UNUSUAL, seeds
from tests.zips.structure import MAX_32, Archive, number_fields

#: Changes an archive and returns a description, which begins with the name of the family.
Change = Callable[[Archive, random.Random], str]


@dataclass(frozen=True)
class Mutant:
    """A zip and a description of its mutation."""

    label: str
    data: bytes
    benign: bool = False


def mutants(
    count: int, seed: int = 0, *, originals: Mapping[str, bytes] | None = None
) -> Iterator[Mutant]:
    """Yield mutants. Each depends only on the seed and its number."""
    from_these = sorted((seeds() if originals is None else originals).items())
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        name, data = from_these[rng.randrange(len(from_these))]
        yield mutate(name, data, rng)


def mutate(name: str, data: bytes, rng: random.Random) -> Mutant:
    """One mutant of a seed."""
    kind = rng.random()
    archive = copy.deepcopy(Archive.parse(data))
    if kind < 0.2:
        labels = [rng.choice(BENIGN)(archive, rng) for _ in range(rng.randint(1, 2))]
        return Mutant(
            f"{name}: benign: {' + '.join(labels)}", archive.to_bytes(), benign=name not in UNUSUAL
        )
    if kind < 0.7:
        label = rng.choice(CHANGES)(archive, rng)
        return Mutant(f"{name}: {label}", archive.to_bytes())
    if kind < 0.9:
        labels = [rng.choice(CHANGES)(archive, rng) for _ in range(2)]
        return Mutant(f"{name}: {' + '.join(labels)}", archive.to_bytes())
    label, flipped = flip_bytes(archive, rng)
    return Mutant(f"{name}: {label}", flipped)


def flip_bytes(archive: Archive, rng: random.Random) -> tuple[str, bytes]:
    """Change one to three bytes of the headers, or what follows them in a zip that has nothing else."""
    data = bytearray(archive.to_bytes())
    packed = [
        entry.local.data for entry in archive.entries if entry.local and len(entry.local.data) > 8
    ]
    places = [
        place
        for place in range(len(data))
        if not any(start <= place < start + len(p) for p in packed if (start := data.find(p)) >= 0)
    ]
    done = []
    for place in rng.choices(places, k=rng.randint(1, 3)):
        data[place] = rng.choice(
            (0, 0xFF, data[place] ^ (1 << rng.randrange(8)), rng.randrange(256))
        )
        done.append(f"{place}={data[place]:#04x}")
    return f"bytes {' '.join(done)}", bytes(data)


def change_field(archive: Archive, rng: random.Random) -> str:
    """Set one number of one header to another value."""
    records = [*archive.locals, *archive.entries, *archive.locals, *archive.entries, archive.end]
    if archive.end_64 is not None:
        records += [archive.end_64] * 4
    record = rng.choice(records)
    field = rng.choice(number_fields(record))
    old = getattr(record, field) or 0
    others = [getattr(other, field) or 0 for other in records if type(other) is type(record)]
    short = (
        "version",
        "flags",
        "method",
        "time",
        "date",
        "made_by",
        "disk",
        "first_disk",
        "internal",
    )
    most = 0xFFFF if field in short or field.startswith("comment") else 0xFFFFFFFF
    value = rng.choice((0, 1, most, most - 1, old + 1, max(old - 1, 0), old ^ (1 << rng.randrange(16)), rng.choice(others), rng.randrange(100)))  # fmt: skip
    setattr(
        record,
        field,
        max(0, min(value, most))
        if type(record).__name__ != "Central" or field != "offset"
        else value,
    )
    _also_in_twin(archive, record, field, rng)
    who = getattr(record, "name", b"").decode("utf-8", "replace")
    return f"field {type(record).__name__} {who} {field} {old}->{getattr(record, field)}"


def _also_in_twin(archive: Archive, record: object, field: str, rng: random.Random) -> None:
    """Change the other header of the member too, half of the time."""
    if rng.random() < 0.5 or field == "offset":
        return
    for entry, local in archive.pairs():
        for one, other in ((entry, local), (local, entry)):
            if one is record and hasattr(other, field):
                setattr(other, field, getattr(record, field))


def every_field(name: str) -> Iterator[Mutant]:
    """A seed with each number in the headers of its last file and its first folder set to each value of interest."""
    original = Archive.parse(SEEDS[name]())
    pairs = list(enumerate(original.pairs()))
    files = [number for number, (_, local) in pairs if local.data][-1:]
    folders = [number for number, (entry, _) in pairs if entry.name.endswith(b"/")][:1]
    for number in files + folders:
        entry, local = original.pairs()[number]
        for field in number_fields(entry):
            old = getattr(entry, field)
            values = {
                0,
                1,
                2,
                old + 1,
                max(old - 1, 0),
                0x7FFF,
                0xFFFF,
                1 << 31,
                MAX_32 - 1,
                MAX_32,
            }
            for value in sorted(values - {old}) if field != "offset" else ():
                for where in (
                    ("both", "central", "local") if hasattr(local, field) else ("central",)
                ):
                    archive = copy.deepcopy(original)
                    for record, other in zip(
                        archive.pairs()[number], ("local", "central"), strict=True
                    ):
                        if where != other and hasattr(record, field):
                            setattr(record, field, value)
                    label = f"{name}: every field {entry.name!r} {field} {old}->{value} {where}"
                    yield Mutant(label, archive.to_bytes())


def relabel_extra(archive: Archive, rng: random.Random) -> str:
    """Give an extra field another header ID, or another length."""
    entry, local = rng.choice(archive.pairs())
    record = rng.choice((entry, local))
    if len(record.extra) < 4:
        record.extra += struct.pack("<HH", 0xCAFE, 0)
    at, value = rng.choice((0, 2)), rng.choice((0, 1, 4, 0x7075, 0x0001, 0x9901, 0xFFFF))
    record.extra = record.extra[:at] + struct.pack("<H", value) + record.extra[at + 2 :]
    return f"extra-header {type(record).__name__} {at}={value:#06x}"


CHANGES: tuple[Change, ...] = (
    *(change_field,) * 6,
    *(names.rename,) * 4,
    *(names.add_variant,) * 6,
    relabel_extra,
    *RECORDS,
    *MEMBERS,
)
