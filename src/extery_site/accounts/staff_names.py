"""Names that would pass for those of the site or its moderators, also with look-alike letters.

Refused are words such as "staff", the name of the site, and the names of the moderators it has.
"""

from __future__ import annotations

import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError

from extery_site.accounts.permissions import active_moderators

#: Refused as a word of a name.
RESERVED_WORDS = frozenset(
    {"admin", "mod", "official", "root", "staff", "support", "sysadmin", "system", "webmaster"}
)
#: Refused anywhere in a name, also across spaces.
RESERVED_PARTS = frozenset({"administrator", "moderator", "moderation", "reviewer", "extery"})

#: A shorter name of the site is refused as a whole name only: it may be part of a usual word.
MIN_PART_LENGTH = 8

# Letters of other scripts, and signs, that look like Latin letters.
_LOOK_ALIKES = str.maketrans(
    {
        other: letter
        for letter, others in {
            "a": "аαɑᴀꭺ4@",
            "b": "ьвʙᏼ8",
            "c": "сϲᴄꮯ(¢",
            "d": "ԁđᴅꭰ",
            "e": "еєёεᴇꭼ3€",
            "f": "ғꜰƒ",
            "g": "ɡցɢԍ9",
            "h": "нһհʜꮋħ",
            "i": "іїιıɩɪӏ1|!",
            "j": "јϳᴊ",
            "k": "кκᴋ",
            "l": "łʟꮮⅼ",
            "m": "мμᴍꮇ",
            "n": "пηոռɴ",
            "o": "оοօσᴏø0",
            "p": "рρᴘꮲ",
            "q": "ԛզ",
            "r": "гʀꭱꮁ",
            "s": "ѕꜱꮪ5$",
            "t": "тτᴛꭲŧ7",
            "u": "υսᴜц",
            "v": "ѵνᴠ",
            "w": "ԝωᴡꮃ",
            "x": "хχ",
            "y": "уγʏү",
            "z": "ᴢ2",
        }.items()
        for other in others
    }
)


def skeleton(text: str) -> str:
    """Return lower-case ASCII letters that look like ``text``; other characters are dropped."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LOOK_ALIKES)
    text = re.sub(r"[^a-z]", "", text)
    return text.replace("rn", "m").replace("vv", "w").replace("l", "i").replace("j", "i")


def looks_like_staff(name: str) -> bool:
    """Whether a name could be mistaken for one of the site or of a moderator."""
    whole = skeleton(name)
    site = skeleton(settings.EXTERY_SITE_NAME)
    parts = {skeleton(part) for part in RESERVED_PARTS}
    if len(site) >= MIN_PART_LENGTH:
        parts.add(site)
    if (site and whole == site) or any(part in whole for part in parts):
        return True
    words = {skeleton(word) for word in RESERVED_WORDS}
    found = {skeleton(word) for word in re.split(r"[\s._\-()\[\]/:,]+", name)} | {whole}
    return any(word in words or word.removesuffix("s") in words for word in found)


def claims_to_be_official(title: str) -> bool:
    """Whether a title could be taken for one that the site or its moderators wrote."""
    whole = skeleton(title)
    site = skeleton(settings.EXTERY_SITE_NAME)
    words = {skeleton(word) for word in re.findall(r"\w+", title)}
    if words & {skeleton(word) for word in ("official", "officially", "staff", "moderators")}:
        return True
    return bool(site) and (site in words or (len(site) >= MIN_PART_LENGTH and site in whole))


def is_name_of_moderator(name: str) -> bool:
    """Whether a name looks the same as the user name or the display name of a moderator."""
    forms = _comparable(name)
    names = active_moderators().values_list("username", "full_name")
    return any(forms & _comparable(other) for pair in names for other in pair)


def _comparable(name: str) -> set[str]:
    """Return the texts of which two names that look the same have one in common."""
    folded = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    whole = skeleton(name)
    return {folded, whole} - {""} if len(whole) * 2 > len(folded) else {folded} - {""}


def validate_not_staff(name: str) -> None:
    """Raise `ValidationError` for a name that looks like one of the site or of a moderator."""
    if name and (looks_like_staff(name) or is_name_of_moderator(name)):
        raise ValidationError(
            "This name could be mistaken for one of the site or its moderators. Choose another one.",
            code="staff",
        )
