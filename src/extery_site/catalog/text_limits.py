"""Length limits of texts from users, in characters, for models, forms and API requests."""

from __future__ import annotations

from extery.core.errors import InvalidInput, Where

#: Descriptions and release notes.
MAX_TEXT_LENGTH = 20_000
#: Comments and reasons of decisions.
MAX_REASON_LENGTH = 10_000
#: Tasks of a review, and one-line notes.
MAX_TASK_LENGTH = 500
#: Why a finding is fine, which its waiver quotes in a reason of `MAX_TASK_LENGTH`.
MAX_DISPUTE_LENGTH = 450
MAX_ALT_TEXT_LENGTH = 300
#: Numbers of versions, such as ``1.2.0-beta.1``.
MAX_NUMBER_LENGTH = 100
MAX_URL_LENGTH = 500
#: Reasons of blocks: every listing contains them, and Blender shows them in one line, which it does not wrap.
MAX_BLOCK_REASON_LENGTH = 200
#: Reasons of blocks in the database, where older ones are longer.
MAX_STORED_BLOCK_REASON_LENGTH = 2_000
#: Notes of deprecated extensions, which their pages show.
MAX_DEPRECATION_NOTE_LENGTH = 1_000


def clean_text(text: str, *, field: str, max_length: int) -> str:
    """Return the stripped text.

    Raises `InvalidInput` if it is longer than ``max_length`` characters, or contains NUL or a
    surrogate, which databases reject.
    """
    text = text.strip()
    where = Where(path=(field,))
    if len(text) > max_length:
        raise InvalidInput.of(
            "request.too-large",
            where=where,
            field=field,
            length=len(text),
            max_length=max_length,
        )
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput.of("request.bad-value", where=where, variant="characters", field=field)
    return text
