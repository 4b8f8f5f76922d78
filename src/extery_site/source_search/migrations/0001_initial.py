import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import extery_site.catalog.models.fields
import extery_site.source_search.models.index
import extery_site.source_search.models.search


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("catalog", "0015_ratings"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("size", models.PositiveIntegerField()),
                ("is_parsed", models.BooleanField(default=False)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("format", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="IndexedPackage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                (
                    "bundled",
                    models.TextField(
                        blank=True,
                        help_text="The modules that it contains, each between two spaces.",
                    ),
                ),
                (
                    "limits",
                    models.JSONField(default=list, help_text="Sentences about what was left out."),
                ),
                ("format", models.PositiveSmallIntegerField()),
                ("indexed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed_packages",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "sha256"), name="source_search_package_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Search",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=extery_site.source_search.models.search.kind_choices, max_length=8
                    ),
                ),
                ("query", models.CharField(max_length=500)),
                (
                    "symbol_kind",
                    models.CharField(
                        blank=True,
                        help_text="What the symbol is in a file; empty for anything.",
                        max_length=8,
                    ),
                ),
                ("ignore_case", models.BooleanField(default=False)),
                (
                    "not_bundled",
                    models.BooleanField(
                        default=False,
                        help_text="Only in packages that do not contain the module themselves.",
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=extery_site.source_search.models.search.scope_choices,
                        default="listed",
                        max_length=8,
                    ),
                ),
                ("file_pattern", models.CharField(blank=True, max_length=100)),
                ("type", models.CharField(blank=True, max_length=16)),
                ("tag", models.CharField(blank=True, max_length=64)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("is_shared", models.BooleanField(default=False)),
                ("is_watched", models.BooleanField(default=False)),
                ("points", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=extery_site.source_search.models.search.state_choices,
                        default="idle",
                        max_length=10,
                    ),
                ),
                (
                    "run",
                    models.PositiveIntegerField(
                        default=0, help_text="Increased when a run is asked for."
                    ),
                ),
                (
                    "searched_to",
                    models.BigIntegerField(default=0, help_text="The last text that was searched."),
                ),
                (
                    "searched",
                    models.PositiveIntegerField(default=0, help_text="Texts that were searched."),
                ),
                (
                    "total",
                    models.PositiveIntegerField(default=0, help_text="Texts when the run began."),
                ),
                (
                    "matched",
                    models.PositiveIntegerField(default=0, help_text="Texts with matches."),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("used_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="source_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "searches",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        fields=("owner", "name"),
                        name="source_search_name_once_an_owner",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceText",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="content",
                        serialize=False,
                        to="source_search.sourcefile",
                    ),
                ),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="PackageFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=500)),
                (
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="source_search.indexedpackage",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="source_search.sourcefile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("package", "path"), name="source_search_path_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("snippet", models.CharField(max_length=240)),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="source_search.search",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="source_search.sourcefile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("search", "file"), name="source_search_match_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Symbol",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=extery_site.source_search.models.index.symbol_kind_choices,
                        max_length=8,
                    ),
                ),
                ("name", extery_site.catalog.models.fields.ByteOrderedCharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "name"), name="source_search_symbol_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SymbolUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("count", models.PositiveIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="symbols",
                        to="source_search.sourcefile",
                    ),
                ),
                (
                    "symbol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uses",
                        to="source_search.symbol",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("symbol", "file"), name="source_search_use_once"
                    )
                ],
            },
        ),
    ]
