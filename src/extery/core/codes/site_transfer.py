"""Codes of uploads in chunks."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "transfer.bad-header": Code(
        "error",
        "a header of the upload is wrong",
        "Uploads in chunks follow the tus protocol 1.0.0.",
        message="the header {header} is missing or has a wrong value",
        hint="follow the tus protocol 1.0.0: https://tus.io/protocols/resumable-upload",
        example={"header": "Upload-Length"},
    ),
    "transfer.wrong-offset": Code(
        "error",
        "the chunk is not the next one",
        "A chunk begins where the last one ended. Another tab or process may have sent it before.",
        message="the chunk begins at byte {offset}, but the next one begins at byte {expected}",
        hint="ask for the offset, and go on from there",
        example={"offset": 0, "expected": 4000000},
    ),
    "transfer.checksum": Code(
        "error",
        "the chunk has another checksum",
        "Bytes were changed on their way. The chunk was not stored.",
        message="the chunk does not have the checksum that was stated",
        hint="send the chunk again",
    ),
    "transfer.too-many-chunks": Code(
        "error",
        "the upload has too many chunks",
        "Each chunk is stored and counted, so tiny ones cost more than they carry.",
        message="an upload may have {limit} chunks",
        hint="start again with chunks of 1 MB or more",
        example={"limit": 1000},
    ),
    "transfer.too-many": Code(
        "error",
        "too many uploads are unfinished",
        "Unfinished uploads take disk space until they are finished, stopped or expired.",
        message="{number} files of this account are unfinished or refused, and the limit is {limit}",
        hint="finish them, or remove some",
        variants={
            "size": (
                "the unfinished uploads of this account would have {size} with this one, and the limit is {max_size}",
                "finish one of them, or stop it",
            ),
        },
        example={"number": 20, "limit": 20},
    ),
    "transfer.incomplete": Code(
        "error",
        "the upload is not complete",
        "A package is checked when all of it has arrived.",
        message="{received} of {size} have arrived",
        hint="send the rest first",
        example={"received": "0.8 MB", "size": "1.2 MB"},
    ),
    "transfer.changed": Code(
        "error",
        "the file is not the one that was announced",
        "The SHA-256 that was stated at the beginning is another one: the file may have changed during the upload.",
        message="the file that arrived is not the one that was announced: its SHA-256 is {sha256}",
        hint="upload the file again",
        example={"sha256": "9c1f…e07a"},
    ),
}
