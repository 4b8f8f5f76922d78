"""Codes of galleries and videos on the website."""

from __future__ import annotations

from extery.core.codes import Code

_EXPORT = "export it again as MP4 (H.264 and AAC) or WebM (VP9 and Opus)"

CODES: dict[str, Code] = {
    "media.gallery-full": Code(
        "error",
        "the gallery is full",
        "Long galleries hide what matters, and make pages slow.",
        message="the gallery has {number} pictures and videos, which is the maximum",
        hint="remove one, then add this one",
        variants={
            "videos": (
                "the gallery has {number} videos, which is the maximum",
                "remove a video, then add this one",
            ),
            "no-videos": ("this site takes no videos", "add a picture"),
        },
        example={"number": 12},
    ),
    "media.order-changed": Code(
        "error",
        "the gallery has changed in the meantime",
        "Another tab or another program has added, moved or removed something, which the new order would undo.",
        message="the gallery has changed since this page was opened, so the order was not saved",
        hint="look at the order that it has now, and change that",
    ),
    "media.bad-order": Code(
        "error",
        "the order does not name each item once",
        "Something that is missing in the order would have no place.",
        message="the order does not name each picture and video of the gallery once",
        hint="send all ids of the gallery, in the new order",
    ),
    "media.not-cover": Code(
        "error",
        "the first item cannot be the cover",
        "The first picture is the cover, which cards and link previews show.",
        message="the picture has {width} × {height} pixels; the cover needs 16:9 and {minimum}",
        hint="put a larger picture first, or upload this one with at least {minimum} pixels",
        variants={
            "video": (
                "a video cannot be first, because cards and link previews show a still picture",
                "put a picture before it",
            )
        },
        example={"width": 1280, "height": 720, "minimum": "1920 × 1080"},
    ),
    "media.cover-needed": Code(
        "error",
        "the cover cannot be removed",
        "A version in review and a published extension have a cover.",
        message="the cover of an extension that is published or in review cannot be removed",
        hint="add a picture of at least {minimum} pixels first, which takes its place",
        example={"minimum": "1920 × 1080"},
    ),
    "media.alt-text-missing": Code(
        "error",
        "the alt text is missing",
        "People who cannot see a picture or a video get its alt text instead.",
        message="the alt text is missing",
        hint="say what one sees, for people who cannot",
    ),
    "media.poster-missing": Code(
        "error",
        "the picture of the video is missing",
        "Pages show it until the video plays, which is loaded only after a click.",
        message="the video has no picture",
        hint="add a picture of it, of at least 960 × 540 pixels",
    ),
    "media.no-file": Code(
        "error",
        "no file was sent",
        "The form or the request has no file in the named field.",
        message="the field {field} has no file",
        hint="choose a file",
        example={"field": "file"},
    ),
    "media.not-found": Code(
        "error",
        "the gallery has no such item",
        "It was removed in the meantime, or belongs to another extension.",
        message="the gallery of {name} has no item {item}",
        hint="open the gallery again",
        example={"name": "Gear Tool", "item": 12},
    ),
    "media.not-youtube": Code(
        "error",
        "the address is not that of a video on YouTube",
        "Videos of other services are not shown; any video can be uploaded.",
        message="{text!r} is not the address of a video on YouTube",
        hint="copy the address of the video, such as https://www.youtube.com/watch?v=aqz-KE-bpKQ",
        example={"text": "https://example.org/video"},
    ),
    "video.not-video": Code(
        "error",
        "the file is not a video that can be read",
        "It is damaged, or has another format. Every browser plays MP4 and WebM.",
        message="the file is not an MP4 or WebM video",
        hint=_EXPORT,
        variants={
            "damaged": ("the video is damaged: {detail}", _EXPORT),
            "truncated": (
                "the video is cut off: {detail}",
                "upload it again, and export it again if that does not help",
            ),
            "too-complex": ("the video has too many parts to be checked", _EXPORT),
            "fragmented": (
                "the MP4 is fragmented, as that of a stream, so its duration is unknown",
                "export it as a plain file: ffmpeg -i in.mp4 -c copy -movflags +faststart out.mp4",
            ),
            "brand": ("the file is of the kind {detail}, not a plain MP4 or WebM", _EXPORT),
            "ended": ("the video takes too much memory or time to check", _EXPORT),
        },
        example={"detail": "the last box ends after the file"},
    ),
    "video.too-large": Code(
        "error",
        "the video is too large",
        "Visitors load it, some of them on a phone.",
        message="the video has {size}, and this site accepts at most {max_size}",
        hint="make it shorter or smaller, or export it with a lower bit rate",
        example={"size": "214 MB", "max_size": "100 MB"},
    ),
    "video.too-long": Code(
        "error",
        "the video is too long",
        "Few visitors watch longer videos; put those on YouTube.",
        message="the video is {duration} long, and this site accepts at most {max_duration}",
        hint="cut it, or add it from YouTube",
        example={"duration": "12 min", "max_duration": "3 min"},
    ),
    "video.wrong-duration": Code(
        "error",
        "the header of the video has another duration than its pictures",
        "A player would stop too early, or show nothing for a long time.",
        message="the header says {declared}, and the pictures and sound take {actual}",
        hint=_EXPORT,
        example={"declared": "5 s", "actual": "3 h"},
    ),
    "video.unsupported-codec": Code(
        "error",
        "not every browser plays the codec of the video",
        "H.264, VP8, VP9 and AV1 with AAC, Opus or Vorbis play in every current browser.",
        message="the codec {codec} does not play in every browser",
        hint=_EXPORT,
        example={"codec": "hvc1"},
    ),
    "video.bad-track": Code(
        "error",
        "the video has other tracks than one with pictures and one with sound",
        "Tracks with other data, such as the places of a camera, may tell more than you know.",
        message="the video has a track of the kind {kind}",
        hint="export it with pictures and sound only",
        variants={
            "number": (
                "the video has {number} tracks of the kind {kind}",
                "export it with one track with pictures, and at most one with sound",
            ),
            "none": ("the file has no track with pictures", "choose another file"),
        },
        example={"kind": "text", "number": 2},
    ),
    "video.bad-size": Code(
        "error",
        "the video has too few or too many pixels",
        "It is shown about 900 pixels wide, or in full screen.",
        message="the video has {width} × {height} pixels; from 320 × 180 to 3840 × 2160 are accepted",
        hint="export it with 1920 × 1080 pixels",
        example={"width": 7680, "height": 4320},
    ),
}
