"""Signatures, records and flags of the zip format, as PKWARE's APPNOTE defines them. Contains no code."""

from __future__ import annotations

from struct import Struct

#: The first bytes of each kind of record (4.3).
LOCAL_SIGNATURE = b"PK\x03\x04"
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
ENTRY_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
LOCATOR_64_SIGNATURE = b"PK\x06\x07"

#: The records without their names, extra fields and comments.
LOCAL_HEADER = Struct("<4s2B4HL2L2H")
ENTRY = Struct("<4s4B4HL2L5H2L")
END = Struct("<4s4H2LH")
LOCATOR_64 = Struct("<4sLQL")

#: General purpose bit flags (4.4.4).
FLAG_ENCRYPTED = 0x1
FLAG_DESCRIPTOR = 0x8
FLAG_PATCH = 0x20
FLAG_STRONG_ENCRYPTION = 0x40
FLAG_UTF8 = 0x800
FLAG_MASKED_HEADERS = 0x2000

#: Stands in 16 or 32 bits for a value that is in a zip64 record.
IN_ZIP64_16 = 0xFFFF
IN_ZIP64_32 = 0xFFFF_FFFF
