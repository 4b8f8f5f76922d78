"""Contradictory records of a zip are refused, each with its code; common variants are accepted."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from extery.core.errors import InvalidPackage
from extery.package import open_archive
from tests.samples.packages import add_on, changed
from tests.zips.names import add_member
from tests.zips.structure import LOCATOR_64, Archive, End64

BASE = add_on(("tool.py", b"x = 1\n"))


def fault_of(data: bytes) -> str:
    """Open and read the archive; return the code of its error, or an empty text."""
    try:
        with open_archive(io.BytesIO(data)) as archive:
            for member in archive.members:
                archive.verify(member)
    except InvalidPackage as error:
        return error.code
    return ""


def _set(record: str, index: int = -1, **values: object) -> Callable[[Archive], None]:
    def change(archive: Archive) -> None:
        found = getattr(archive, record)
        for name, value in values.items():
            setattr(found if record == "end" else found[index], name, value)

    return change


def _descriptor(form: str, *, signature: bool = True, extra: bytes = b"", zeros: bool = True) -> Callable[[Archive], None]:  # fmt: skip
    def change(archive: Archive) -> None:
        entry, local = archive.entries[-1], archive.locals[-1]
        entry.flags |= 8
        local.flags |= 8
        values = struct.pack(form, local.crc, local.packed, local.size)
        local.descriptor = (b"PK\x07\x08" if signature else b"") + values
        local.extra = extra
        if extra:
            local.packed = local.size = 0xFFFFFFFF
        if zeros:
            local.crc = 0
            local.packed, local.size = (local.packed, local.size) if extra else (0, 0)

    return change


ZIP64_ZEROS = struct.pack("<HHQQ", 1, 16, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        _set("end", comment=b"made by a test"),
        _descriptor("<LLL"),
        _descriptor("<LLL", signature=False),
        _descriptor("<LLL", zeros=False),
        _descriptor("<LQQ", extra=ZIP64_ZEROS),
        lambda archive: setattr(archive, "end_64", End64()),
        lambda archive: archive.entries.reverse(),
        _set("entries", comment=b"a comment"),
        _set("entries", extra=b"UT\x05\x00\x03abcd"),
        _set("locals", extra=struct.pack("<HH", 0xCAFE, 0)),
        _set("entries", time=0, date=0),
        _set("entries", external=0o100755 << 16),
        _set("entries", external=0x20),
    ],
)
def test_variants_that_common_tools_write_are_accepted(change: Callable[[Archive], None]) -> None:
    assert fault_of(changed(BASE, change)) == ""


@pytest.mark.parametrize("name", ["__init__.py", "blender_manifest.toml"])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("record", ["locals", "entries"])
def test_a_unicode_path_field_with_another_name_is_refused(
    record: str, version: int, name: str
) -> None:
    text = struct.pack("<BL", version, zlib.crc32(b"tool.py")) + name.encode()
    extra = struct.pack("<HH", 0x7075, len(text)) + text
    expected = "package.unicode-path" if record == "entries" else "package.header-mismatch"

    assert fault_of(changed(BASE, _set(record, extra=extra))) == expected


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_set("locals", name=b"toll.py"), "package.header-mismatch"),
        (_set("locals", name=b"TOOL.PY"), "package.header-mismatch"),
        (_set("locals", method=0), "package.header-mismatch"),
        (_set("locals", crc=1), "package.header-mismatch"),
        (_set("locals", size=7), "package.header-mismatch"),
        (_set("locals", packed=7), "package.header-mismatch"),
        (_set("locals", flags=1), "package.header-mismatch"),
        (_set("locals", flags=0x800), "package.header-mismatch"),
        (_set("locals", signature=b"PK\x03\x05"), "package.header-mismatch"),
        (_set("entries", size=5), "package.header-mismatch"),
        (_set("entries", offset=3), "package.header-mismatch"),
        (_set("locals", before=b"hidden"), "package.unused-data"),
        (_set("locals", descriptor=b"x"), "package.unused-data"),
        (_descriptor("<LQQ"), "package.header-mismatch"),
        (_descriptor("<LLL", extra=ZIP64_ZEROS), "package.header-mismatch"),
        (_set("entries", external=0x10), "package.special-file"),
        (_set("entries", external=0o100644 << 16 | 0x10), "package.special-file"),
        (_set("entries", made_by=(1 << 8) | 20, external=0o104644 << 16), "package.special-file"),
        (_set("entries", extra=struct.pack("<HHL", 0x6C78, 4, 0)), "package.extra-field"),
        (_set("locals", extra=struct.pack("<HHL", 0x6C78, 4, 0)), "package.header-mismatch"),
        (_set("entries", extra=struct.pack("<HHL", 0x000D, 4, 0)), "package.extra-field"),
        (_set("entries", external=0x08), "package.special-file"),
        (_set("entries", external=0o040755 << 16), "package.special-file"),
        (_set("entries", external=0o020644 << 16), "package.special-file"),
        (_set("entries", external=0o060644 << 16), "package.special-file"),
        (_set("entries", external=0o140644 << 16), "package.special-file"),
        (_set("entries", external=0o120777 << 16), "package.symlink"),
        (_set("entries", disk=1), "package.damaged"),
        (_set("end", disk=1), "package.damaged"),
        (_set("end", count=2), "package.damaged"),
        (_set("end", here=2), "package.damaged"),
        (_set("end", count=4, here=4), "package.damaged"),
        (_set("end", count=0xFFFF, here=0xFFFF), "package.zip64-mismatch"),
        (_set("end", start=0), "package.prefix-data"),
        (_set("end", length=1), "package.prefix-data"),
        (_set("end", comment_length=5), "package.damaged"),
        (_set("entries", extra=b"\x01\x00\xff\xff"), "package.damaged"),
        (_set("entries", size=0xFFFFFFFF), "package.zip64-mismatch"),
    ],
)
def test_contradictory_records_are_refused(change: Callable[[Archive], None], code: str) -> None:
    assert fault_of(changed(BASE, change)) == code


@pytest.mark.parametrize(
    "end",
    [
        End64(place=0),
        End64(start=0),
        End64(length=1),
        End64(count=1, here=1),
        End64(record_size=45),
        End64(between=b"PK"),
        End64(with_record=False),
    ],
)
def test_zip64_records_with_wrong_values_are_refused(end: End64) -> None:
    data = changed(BASE, lambda archive: setattr(archive, "end_64", end))

    assert LOCATOR_64 in data
    assert fault_of(data) == "package.zip64-mismatch"


def test_an_end_record_inside_the_comment_is_refused() -> None:
    other = add_on(("evil.py", b"x = 2\n"))

    assert fault_of(changed(BASE, _set("end", comment=other))) != ""
    assert fault_of(changed(BASE, _set("end", comment=b"PK\x05\x06" + bytes(18)))) != ""


def test_data_longer_than_stated_is_refused_despite_a_matching_checksum() -> None:
    for size in (0, 3, 5, 7):
        change = _set("entries", size=size, crc=zlib.crc32(b"x = 1\n"[:size]))
        same = _set("locals", size=size, crc=zlib.crc32(b"x = 1\n"[:size]))

        assert fault_of(changed(changed(BASE, change), same)) == "package.stream-size"


def test_data_after_the_end_of_a_stream_is_refused() -> None:
    def append(archive: Archive) -> None:
        archive.locals[-1].data += b"more"
        archive.locals[-1].packed += 4
        archive.entries[-1].packed += 4

    assert fault_of(changed(BASE, append)) == "package.stream-size"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])  # fmt: skip
def test_data_of_every_method_must_have_its_stated_size(method: int) -> None:
    file = io.BytesIO()
    content = bytes(range(256)) * 2000
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("data.bin", content)
        archive.writestr("empty.bin", b"")
    data = file.getvalue()

    with open_archive(io.BytesIO(data)) as opened:
        with opened.open(opened.by_name["data.bin"]) as stream:
            assert b"".join(iter(lambda: stream.read(1000), b"")) == content
        blocks = opened.blocks(opened.by_name["data.bin"])
        assert b"".join(bytes(block) for block in blocks) == content
        assert opened.read(opened.by_name["empty.bin"], limit=0) == b""

    for size, crc in ((1000, zlib.crc32(content[:1000])), (512_001, zlib.crc32(content + b"\0"))):

        def misstate_size(archive: Archive, size: int = size, crc: int = crc) -> None:
            for record in (archive.locals[0], archive.entries[0]):
                record.size, record.crc = size, crc

        assert fault_of(changed(data, misstate_size)) in (
            "package.stream-size",
            "package.damaged-member",
        )


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_blocks_of_a_damaged_member_end_with_an_error(method: int) -> None:
    file = io.BytesIO()
    content = bytes(range(256)) * 2000
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("data.bin", content)
    data = bytearray(file.getvalue())
    data[data.index(b"data.bin") + 300] ^= 1

    with open_archive(io.BytesIO(data)) as opened:
        blocks = opened.blocks(opened.by_name["data.bin"])
        with pytest.raises(InvalidPackage, match=r"data\.bin"):
            assert sum(len(block) for block in blocks) > len(content)


def test_a_file_that_was_cut_while_it_is_read_is_reported() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.bin", bytes(1_000_000))
    raw = io.BytesIO(file.getvalue())
    with open_archive(io.BufferedReader(raw)) as opened:  # type: ignore[type-var]
        raw.truncate(500_000)
        with pytest.raises(InvalidPackage) as error:
            assert [*opened.blocks(opened.by_name["data.bin"])] == []
    assert error.value.code == "package.stream-size"


def test_an_lzma_dictionary_over_the_limit_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("data.bin", b"x" * 1000)

    def widen(archive: Archive) -> None:
        local = archive.locals[0]
        local.data = local.data[:5] + b"\xff\xff\xff\xff" + local.data[9:]

    assert fault_of(changed(file.getvalue(), widen)) == "package.damaged-member"


def test_dos_names_that_unzip_converts_to_one_are_refused() -> None:
    data = add_on(("a-+.py", b"x = 1\n"), ("a¿.py", b"x = 2\n"))

    assert fault_of(data) == ""
    assert fault_of(changed(data, _set("entries", made_by=20))) == "path.encoding"


def test_a_directory_over_the_member_limit_is_not_read() -> None:
    length = 17 << 20
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, length, 0, 0)

    assert fault_of(b"PK\x03\x04" + bytes(length - 4) + end) == "package.too-many-members"


def test_a_unicode_path_field_with_the_same_name_is_accepted() -> None:
    """JSZip writes it. Beside a name without the UTF-8 flag, versions of Python differ."""

    def add(archive: Archive, *, flags: int = 0x800) -> None:
        name = "größe.py".encode()
        text = struct.pack("<BL", 1, zlib.crc32(name)) + name
        for record in (archive.locals[-1], archive.entries[-1]):
            record.name, record.flags = name, flags
            record.extra = struct.pack("<HH", 0x7075, len(text)) + text

    assert fault_of(changed(BASE, add)) == ""
    assert fault_of(changed(BASE, lambda archive: add(archive, flags=0))) == "path.encoding"


def test_an_ant_field_with_the_mode_of_a_file_is_accepted() -> None:
    fields = struct.pack("<HLHH", 0o100644, 0, 0, 0)
    block = struct.pack("<L", zlib.crc32(fields)) + fields
    extra = struct.pack("<HH", 0x756E, len(block)) + block

    assert fault_of(changed(BASE, _set("entries", extra=extra))) == ""


def test_a_folder_with_an_unsupported_method_is_refused() -> None:
    def add_folder(archive: Archive) -> None:
        folder = add_member(archive, b"data/", b"")
        assert folder.local is not None
        folder.external = 0o40755 << 16
        for record in (folder, folder.local):
            record.version, record.method = 200, 99

    assert fault_of(changed(BASE, add_folder)) == "package.unsupported-compression"


def test_streamed_stored_data_that_contains_a_descriptor_is_refused() -> None:
    """Tools that read a stream search for the descriptor, and would find one in the data."""
    for content, code in (
        (b"x = 1\nPK\x07\x08" + bytes(12), "package.header-mismatch"),
        (b"x = 1\n", ""),
    ):
        made = changed(add_on((zipfile.ZipInfo("tool.py"), content)), _descriptor("<LLL"))
        assert fault_of(made) == code


@pytest.mark.parametrize(("offset", "mark"), [(257, b"ustar"), (32769, b"CD001")])
def test_an_archive_that_is_also_of_another_format_is_refused(offset: int, mark: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", bytes(offset - 31) + mark + bytes(100))

    assert fault_of(file.getvalue()) == "package.prefix-data"


def test_dos_folders_listed_after_their_files_are_accepted() -> None:
    def as_dos(archive: Archive) -> None:
        for entry in archive.entries:
            entry.made_by, entry.external = 20, entry.external & 0xFF

    data = add_on(("größe/a.txt", b"1"), ("größe/", b""), ("data/b.txt", b""), ("data/", b""))

    assert fault_of(changed(data, as_dos)) == ""
