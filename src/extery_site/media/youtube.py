"""Ids of videos on YouTube, and the URLs that are made of them. No request is sent to YouTube."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from extery.core.errors import InvalidInput, Where

#: The only origin that pages with such a video may show in a frame. It sets no cookies before playing.
FRAME_ORIGIN = "https://www.youtube-nocookie.com"
_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_HOSTS = {"youtube.com", "m.youtube.com", "youtube-nocookie.com", "youtu.be"}
_FOLDERS = {"embed", "shorts", "live", "v"}
_MAX_LENGTH = 300


def read_youtube_id(text: str) -> str:
    """Return the id in the address of a video, or the id itself; raises `InvalidInput` for anything else."""
    text = text.strip()
    found = _find_id(text) if len(text) <= _MAX_LENGTH else ""
    if not _ID.fullmatch(found):
        raise InvalidInput.of("media.not-youtube", where=Where(path=("youtube",)), text=text[:80])
    return found


def _find_id(text: str) -> str:
    if _ID.fullmatch(text):
        return text
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return ""
    host = (url.hostname or "").removeprefix("www.")
    if url.scheme not in {"http", "https"} or host not in _HOSTS:
        return ""
    parts = url.path.strip("/").split("/")
    if host == "youtu.be":
        return parts[0]
    if parts == ["watch"]:
        return parse_qs(url.query).get("v", [""])[0]
    return parts[1] if len(parts) == 2 and parts[0] in _FOLDERS else ""


def watch_url(youtube_id: str) -> str:
    """Return the URL of the page of a video."""
    return f"https://www.youtube.com/watch?v={youtube_id}"


def frame_url(youtube_id: str) -> str:
    """Return the URL that plays a video in a frame."""
    return f"{FRAME_ORIGIN}/embed/{youtube_id}?autoplay=1"
