import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0005_unconfirmed_emails"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailSettings",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="mail_settings",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("paused_at", models.DateTimeField(null=True)),
                ("daily_hour", models.PositiveSmallIntegerField(default=6)),
                (
                    "refused_at",
                    models.DateTimeField(
                        help_text="When a mail server last refused the address.", null=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FeedEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=250)),
                ("title", models.CharField(max_length=320)),
                ("url", models.CharField(max_length=500)),
                ("group", models.CharField(help_text="Of the newest notification.", max_length=16)),
                (
                    "last_at",
                    models.DateTimeField(
                        help_text="Time of the newest notification; empty if the feed has none.",
                        null=True,
                    ),
                ),
                ("is_unread", models.BooleanField(default=False)),
                (
                    "asks",
                    models.BooleanField(default=False, help_text="The user has to do something."),
                ),
                (
                    "marked_until",
                    models.DateTimeField(
                        help_text="Set when “Mark all as read” marked it, so that this can be undone.",
                        null=True,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-last_at"], name="notify_feed"),
                    models.Index(
                        condition=models.Q(("is_unread", True)),
                        fields=["user", "-last_at"],
                        name="notify_unread",
                    ),
                    models.Index(
                        condition=models.Q(("asks", True)),
                        fields=["user", "-last_at"],
                        name="notify_asked",
                    ),
                    models.Index(fields=["user", "group", "-last_at"], name="notify_feed_group"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="notify_feedentry_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                (
                    "about",
                    models.CharField(help_text="The subject of the headline.", max_length=320),
                ),
                ("text", models.TextField(blank=True)),
                ("url", models.CharField(max_length=500)),
                (
                    "on_site",
                    models.BooleanField(default=True, help_text="Whether the feed shows it."),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        help_text="Who caused it; empty for the site itself.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="notify.feedentry",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["entry", "-id"], name="notify_of_entry"),
                    models.Index(fields=["created_at"], name="notify_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("at_once", "At once"), ("daily", "Daily")], max_length=10
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "claim",
                    models.UUIDField(help_text="Of the worker that sends it now.", null=True),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "error",
                    models.CharField(blank=True, help_text="Of the last attempt.", max_length=300),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="notify.notification",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at", None)), fields=["due_at"], name="notify_due"
                    ),
                    models.Index(
                        condition=models.Q(("sent_at", None)),
                        fields=["user", "channel"],
                        name="notify_unsent",
                    ),
                    models.Index(fields=["sent_at"], name="notify_sent"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("notification", "channel"), name="notify_mailjob_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("on_site", models.BooleanField()),
                ("at_once", models.BooleanField()),
                ("daily", models.BooleanField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="notify_preference_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=250)),
                ("title", models.CharField(max_length=320)),
                ("url", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[("followed", "Followed"), ("muted", "Muted")], max_length=10
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["key", "state"], name="notify_followers")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="notify_subscription_once")
                ],
            },
        ),
    ]
