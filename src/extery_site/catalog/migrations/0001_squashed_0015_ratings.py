"""Creates the tables of new sites in one step; other sites have run what it replaces."""

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import extery_site.catalog.models.event
import extery_site.catalog.models.extension
import extery_site.catalog.models.fields
import extery_site.catalog.models.version


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("catalog", "0001_initial"),
        ("catalog", "0002_declined"),
        ("catalog", "0003_event"),
        ("catalog", "0004_image_variants"),
        ("catalog", "0005_stored_files"),
        ("catalog", "0006_fill_stored_files"),
        ("catalog", "0007_drop_file_names"),
        ("catalog", "0008_expiry_of_drafts"),
        ("catalog", "0009_number_of_events"),
        ("catalog", "0010_replaced_packages"),
        ("catalog", "0011_choices_without_migrations"),
        ("catalog", "0012_statuses_of_versions"),
        ("catalog", "0013_management"),
        ("catalog", "0014_comments"),
        ("catalog", "0015_ratings"),
    ]

    dependencies = [
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Image",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("alt_text", models.CharField(blank=True, max_length=300)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("slug", models.SlugField(max_length=64)),
                ("type", models.CharField(max_length=16)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("type", "slug"), name="catalog_tag_once_a_type")
                ],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("extension_id", models.CharField(max_length=100, unique=True, verbose_name="id")),
                (
                    "id_key",
                    extery_site.catalog.models.fields.ByteOrderedCharField(
                        editable=False, max_length=200, unique=True
                    ),
                ),
                (
                    "id_skeleton",
                    models.CharField(db_index=True, default="", editable=False, max_length=200),
                ),
                (
                    "name_skeleton",
                    models.CharField(db_index=True, default="", editable=False, max_length=200),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("add-on", "Add-on"),
                            ("theme", "Theme"),
                            ("asset-library", "Asset library"),
                        ],
                        max_length=16,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("tagline", models.CharField(max_length=200)),
                (
                    "description",
                    models.TextField(blank=True, help_text="Markdown.", max_length=20000),
                ),
                ("website", models.URLField(blank=True, max_length=500)),
                ("support_url", models.URLField(blank=True, max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=extery_site.catalog.models.extension.extension_status_choices,
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("block_reason", models.TextField(blank=True, max_length=2000)),
                (
                    "unlisted_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Since when pages and searches leave it out; its page and its updates stay.",
                        null=True,
                    ),
                ),
                ("deprecated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "deprecation_note",
                    models.TextField(
                        blank=True, help_text="Why its owner deprecated it.", max_length=1000
                    ),
                ),
                (
                    "delete_at",
                    models.DateTimeField(
                        blank=True, help_text="When it is deleted, as its owner planned.", null=True
                    ),
                ),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "erased_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the content of the deleted extension was erased.",
                        null=True,
                    ),
                ),
                ("download_count", models.PositiveBigIntegerField(default=0)),
                (
                    "rating_count",
                    models.PositiveIntegerField(
                        default=0,
                        editable=False,
                        help_text="The number of ratings that are not hidden.",
                    ),
                ),
                (
                    "rating_score",
                    models.FloatField(
                        editable=False,
                        help_text="Their smoothed average; empty without ratings.",
                        null=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replacement",
                    models.ForeignKey(
                        blank=True,
                        help_text="What to use instead of a deprecated extension.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="catalog.extension",
                    ),
                ),
                (
                    "image",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="extension",
                        to="catalog.image",
                    ),
                ),
                (
                    "tags",
                    models.ManyToManyField(blank=True, related_name="extensions", to="catalog.tag"),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=100)),
                ("sort_key", models.CharField(editable=False, max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=extery_site.catalog.models.version.version_status_choices,
                        default="draft",
                        max_length=20,
                    ),
                ),
                (
                    "release_notes",
                    models.TextField(blank=True, help_text="Markdown.", max_length=20000),
                ),
                (
                    "manifest",
                    extery_site.catalog.models.fields.OrderedJSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("blender_min", models.PositiveIntegerField()),
                ("blender_max", models.PositiveIntegerField(blank=True, null=True)),
                ("permissions", extery_site.catalog.models.fields.OrderedJSONField(default=dict)),
                ("license", models.JSONField(default=list)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_at",
                    models.DateTimeField(
                        blank=True, help_text="When it became public; empty before.", null=True
                    ),
                ),
                (
                    "public_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When an approved version becomes public; empty in other statuses.",
                        null=True,
                    ),
                ),
                (
                    "held_until",
                    models.DateField(
                        blank=True,
                        help_text="The day on which it returns from hold to the queue, if any.",
                        null=True,
                    ),
                ),
                (
                    "unpublished_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its owner unpublished it; empty if it is public again.",
                        null=True,
                    ),
                ),
                (
                    "downloads_stopped_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Until when its packages cannot be downloaded, because a block of it was asked for.",
                        null=True,
                    ),
                ),
                ("block_reason", models.TextField(blank=True, max_length=2000)),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it is deleted unless its owner submits it; empty in other statuses.",
                        null=True,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "extension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="catalog.extension",
                    ),
                ),
            ],
            options={
                "ordering": ["-sort_key"],
            },
        ),
        migrations.CreateModel(
            name="ReplacedPackage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("original_name", models.CharField(max_length=255)),
                ("platforms", models.JSONField(blank=True, default=list)),
                (
                    "created_at",
                    models.DateTimeField(editable=False, help_text="When it was uploaded."),
                ),
                (
                    "replaced_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replaced_packages",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Package",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("size", models.PositiveBigIntegerField()),
                ("original_name", models.CharField(max_length=255)),
                ("platforms", models.JSONField(blank=True, default=list)),
                ("wheels", models.JSONField(blank=True, default=list)),
                ("python_versions", models.JSONField(blank=True, default=list)),
                (
                    "problems",
                    extery_site.catalog.models.fields.OrderedJSONField(blank=True, default=list),
                ),
                ("download_count", models.PositiveBigIntegerField(default=0)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="packages",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MaximumSuggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "maximum",
                    models.PositiveIntegerField(
                        help_text="The first Blender that is not supported."
                    ),
                ),
                ("reason", models.TextField(max_length=10000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, max_length=10000)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="maximum_suggestions",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="extension",
            name="newest_version",
            field=models.ForeignKey(
                blank=True,
                help_text="The newest approved version.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalog.version",
            ),
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "version_number",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="The number of the version, which remains when the version is deleted.",
                        max_length=100,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=extery_site.catalog.models.event.kind_choices, max_length=30
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        help_text="Reason, comment or release notes, in Markdown.",
                        max_length=10000,
                    ),
                ),
                (
                    "packages",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="The SHA-256 of each package that was uploaded, or that a decision is about.",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "is_internal",
                    models.BooleanField(
                        default=False,
                        help_text="Only moderators and volunteers see it: an internal note.",
                    ),
                ),
                (
                    "place",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What a comment is about: the SHA-256 of a package, a file in it and a line.",
                    ),
                ),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "earlier_texts",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Each text before an edit, and when it was replaced.",
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("removal_reason", models.TextField(blank=True, max_length=10000)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who did it; empty for the site itself.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "extension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="catalog.extension",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="events",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=10000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "extension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handovers",
                        to="catalog.extension",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "offered_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offered_extensions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("extension",),
                        name="catalog_one_open_handover",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="version",
            index=models.Index(fields=["status", "submitted_at"], name="catalog_version_queue"),
        ),
        migrations.AddIndex(
            model_name="version",
            index=models.Index(fields=["expires_at"], name="catalog_version_expiry"),
        ),
        migrations.AddIndex(
            model_name="version",
            index=models.Index(fields=["public_at"], name="catalog_version_public_at"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(
                fields=("extension", "number"), name="catalog_version_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="maximumsuggestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("version", "by"),
                name="catalog_one_open_suggestion",
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(fields=["status", "-published_at"], name="catalog_extension_new"),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                fields=["status", "-download_count"], name="catalog_extension_popular"
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                fields=["status", "-rating_score", "-rating_count"], name="catalog_extension_rated"
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                condition=models.Q(("delete_at__isnull", False)),
                fields=["delete_at"],
                name="catalog_extension_delete_at",
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="catalog_extension_deleted_at",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["kind", "-created_at"], name="catalog_event_kind"),
        ),
    ]
