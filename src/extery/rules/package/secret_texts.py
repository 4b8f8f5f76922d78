"""No text contains a private key or a token of a well-known shape."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from extery.core.errors import InvalidPackage, Where
from extery.rules.rule import FILES, Input, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext

#: Larger files and files of these types are no texts in which people write tokens.
_MAX_BYTES = 1 << 20
_BINARY = (
    *(".png", ".jpg", ".jpeg", ".webp", ".exr", ".hdr", ".tif", ".tiff", ".gif", ".ico", ".svgz"),
    *(".blend", ".fbx", ".glb", ".abc", ".usdc", ".usdz", ".npy", ".npz", ".ttf", ".otf", ".woff2"),
    *(".whl", ".zip", ".gz", ".xz", ".zst", ".7z", ".so", ".pyd", ".dll", ".dylib", ".exe", ".pyc"),
    *(".mp3", ".ogg", ".wav", ".mp4", ".mkv", ".pdf"),
)
#: A file without a NUL in its first bytes is a text.
_START = 1 << 12
#: All that is read of an extension, in bytes.
_MAX_TOTAL = 100_000_000
#: Texts are searched together up to this size, in bytes.
_MAX_JOINED = 1 << 15


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.package is None and context.open_file is None:
        return
    from extery.rules.secret_texts import may_have_secrets

    total, texts = 0, b""
    waiting: list[str] = []
    for name in context.names:
        if name.lower().endswith(_BINARY):
            continue
        data = _read(context, name)
        total += len(data)
        if total > _MAX_TOTAL:
            break
        if not data or b"\0" in data:
            continue
        # Most texts are small, and one search in several of them takes less time.
        waiting.append(name)
        texts = data if not texts else b"\n".join((texts, data))
        if len(texts) > _MAX_JOINED:
            if may_have_secrets(texts):
                _report(context, waiting, problems)
            texts, waiting = b"", []
    if texts and may_have_secrets(texts):
        _report(context, waiting, problems)


def _report(context: RuleContext, names: Iterable[str], problems: ProblemList) -> None:
    from extery.rules.secret_texts import find_secrets

    for name in names:
        for secret in find_secrets(_read(context, name)):
            where = context.where(name)
            if where == Where(name):
                where = where._replace(line=secret.line)
            problems.add("secret.text", where=where, file=name, kind=secret.kind, line=secret.line)


def _read(context: RuleContext, name: str) -> bytes:
    """Return the content of a file, or nothing of one that is too large or cannot be read: other rules report that."""
    with suppress(InvalidPackage):
        if context.package is None:
            assert context.open_file is not None
            with context.open_file(name) as stream:
                data = stream.read(_START)
                if b"\0" not in data and len(data) == _START:
                    data += stream.read(_MAX_BYTES + 1 - _START)
            return data if len(data) <= _MAX_BYTES else b""
        member = context.package.by_name[context.root + name]
        # Most members that are stored are no texts, and verified faster by another rule.
        if member.size <= _MAX_BYTES and b"\0" not in context.package.stored_start(member, _START):
            return context.package.read(member, limit=_MAX_BYTES)
    return b""


RULE = Rule(
    "package.secret-texts",
    check,
    # Repositories do not unpack what they list.
    scopes=FILES - {Scope.REPOSITORY},
    input=Input.FILES,
    codes=("secret.text",),
)
