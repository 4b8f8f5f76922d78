"""Words as they are in the index and in a search: the only place that knows their form.

Without case and accents, and with one spelling of words that have two. Endings (`renaming`, `rename`) are left to
the stemming of the databases.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

#: Longer words are cut: generated names would fill the index.
MAX_WORD = 40

_WORD = re.compile(r"[^\W_]+")
#: Where a word begins in `FolderDoor`, `HTMLReader` and `folder2door`.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: British beginning of words -> American one.
_BEGINNINGS = (
    ("aeroplane", "airplane"),
    ("aluminium", "aluminum"),
    ("analogue", "analog"),
    ("analyse", "analyze"),
    ("analysing", "analyzing"),
    ("armour", "armor"),
    ("artefact", "artifact"),
    ("behaviour", "behavior"),
    ("catalogue", "catalog"),
    ("centre", "center"),
    ("centring", "centering"),
    ("colour", "color"),
    ("defence", "defense"),
    ("dialogue", "dialog"),
    ("favour", "favor"),
    ("fibre", "fiber"),
    ("grey", "gray"),
    ("harbour", "harbor"),
    ("jewellery", "jewelry"),
    ("labell", "label"),
    ("layerr", "layer"),
    ("licence", "license"),
    ("metre", "meter"),
    ("modell", "model"),
    ("mould", "mold"),
    ("neighbour", "neighbor"),
    ("plough", "plow"),
    ("sulphur", "sulfur"),
    ("travell", "travel"),
    ("tunnell", "tunnel"),
    ("tyre", "tire"),
    ("vapour", "vapor"),
)
_BRITISH = tuple(british for british, _ in _BEGINNINGS)
_IZE = re.compile(r"(.{3,}[^aeiou])is(e|ed|er|ers|es|ing|ation|ations)")
#: Words with such an ending that are not spelled with z.
_NO_IZE = re.compile(
    r"(?:.*wise|ad[vm]ise|.*pr[eo]mise|.*cise|.*rise|.*vise|.*guise|.*tise|.*dise|.*chise|.*noise|.*pr[ai]se)"
)


def plain(text: str) -> str:
    """Return a text without case and accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def american(word: str) -> str:
    """Return a plain word in American spelling: ``color`` for ``colour``, ``normalize`` for ``normalise``."""
    if word.startswith(_BRITISH):
        return next(
            other + word[len(british) :]
            for british, other in _BEGINNINGS
            if word.startswith(british)
        )
    if (found := _IZE.fullmatch(word)) and not _NO_IZE.match(f"{found[1]}ise"):
        return f"{found[1]}iz{found[2]}"
    return word


def words_of(text: str) -> list[str]:
    """Return the words of a text, in the form of the index, in their order."""
    return [american(word[:MAX_WORD]) for word in _WORD.findall(plain(text))]


def name_words(name: str) -> list[str]:
    """Return the words of a name or an id, and these joined: ``folder_door`` is ``folder``, ``door``, ``folderdoor``."""
    words = words_of(_HUMP.sub(" ", name))
    joined = [f"{one}{other}" for one, other in pairwise(words)]
    if len(words) > 2:
        joined.append("".join(words)[:MAX_WORD])
    return [*words, *words_of(name), *joined]


def index_text(words: list[str]) -> str:
    """Return words as a text of the index; each once, as their number would say nothing."""
    return " ".join(dict.fromkeys(words))
