"""Forms of the page with pictures and videos. Files are checked by the actions, which have better messages."""

from __future__ import annotations

from django import forms

from extery_site.catalog.text_limits import MAX_ALT_TEXT_LENGTH

_IMAGES = "image/png,image/jpeg,image/webp"


def _file(label: str, help_text: str, accept: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=False,
        allow_empty_file=True,
        help_text=help_text,
        widget=forms.FileInput(attrs={"accept": accept}),
    )


class VideoForm(forms.Form):
    """A video: an uploaded file, or the address of one on YouTube, with its picture and alt text."""

    prefix = "video"
    file = _file("Video file", "MP4 (H.264, AV1) or WebM.", "video/mp4,video/webm")
    youtube = forms.CharField(
        label="Or an address on YouTube",
        required=False,
        max_length=300,
        help_text="Nothing is loaded from YouTube until a visitor presses Play.",
        widget=forms.TextInput(attrs={"placeholder": "https://www.youtube.com/watch?v=…"}),
    )
    poster = forms.FileField(
        label="Picture of the video",
        allow_empty_file=True,
        help_text="Shown until it plays. 16:9, at least 960 × 540 pixels.",
        error_messages={"required": "Choose a picture of the video, of at least 960 × 540 pixels."},
        widget=forms.FileInput(attrs={"accept": _IMAGES}),
    )
    alt_text = forms.CharField(
        label="Alt text",
        max_length=MAX_ALT_TEXT_LENGTH,
        help_text="Say what happens in it, for people who cannot see it.",
        error_messages={
            "required": "Alt text is missing: say what one sees, for people who cannot."
        },
    )


class IconForm(forms.Form):
    """The icon."""

    prefix = "icon"
    icon = _file(
        "Icon",
        "A square of 256 × 256 pixels or more, PNG or WebP. Without one, letters of the name are drawn.",
        "image/png,image/webp",
    )
