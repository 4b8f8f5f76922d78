"""Items of galleries: pictures and videos of an extension, after its cover."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from extery_site.catalog.models import Extension, Image
from extery_site.files.layout import media_url
from extery_site.files.models import StoredFile
from extery_site.media.youtube import frame_url, watch_url


def item_kind_choices() -> list[tuple[str, str]]:
    """Return the choices of `GalleryItem.kind`; as a function, so that a new one needs no migration."""
    return GalleryItem.Kind.choices


class GalleryItem(models.Model):
    """A picture or a video after the cover, which is ``Extension.image`` and has no item.

    So there is one cover at most, and it is the first picture. ``image`` is the picture, or what a video shows
    before it plays; it also has the alt text.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", "Picture"
        VIDEO = "video", "Video"
        YOUTUBE = "youtube", "Video on YouTube"

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="gallery_items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=item_kind_choices, default=Kind.PICTURE)
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="gallery_item")
    video = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    youtube_id = models.CharField(max_length=11, blank=True)
    seconds = models.FloatField(null=True, blank=True, help_text="The duration of a video.")
    video_width = models.PositiveIntegerField(null=True, blank=True)
    video_height = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="video", video__isnull=False)
                | ~Q(kind="video") & Q(video__isnull=True),
                name="media_video_has_a_file",
            ),
            models.CheckConstraint(
                condition=Q(kind="youtube") & ~Q(youtube_id="")
                | ~Q(kind="youtube") & Q(youtube_id=""),
                name="media_youtube_has_an_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.image_id} of {self.extension_id}"

    @property
    def is_picture(self) -> bool:
        return self.kind == self.Kind.PICTURE

    @property
    def video_url(self) -> str:
        """The URL of the video: its file, or its page on YouTube. Requires the row of the file."""
        if self.video is not None:
            return media_url(self.video.kind, self.video.sha256)
        return watch_url(self.youtube_id) if self.youtube_id else ""

    @property
    def frame_url(self) -> str:
        """The URL that plays a video on YouTube in a frame; empty for others."""
        return frame_url(self.youtube_id) if self.youtube_id else ""

    @property
    def video_type(self) -> str:
        """The media type of the file of a video, such as ``video/mp4``."""
        return self.video.layout.media_type if self.video is not None else ""
