"""Codes of the website as a whole: settings, file storage, tasks."""

from __future__ import annotations

from extery.core.codes import Code

_RESTORE = "restore the file from a backup, under the same name"


def _bad_value(reason: str) -> tuple[str, str]:
    """Return the variant of ``setting.bad-value`` with this reason."""
    return f"{{name}} is {{value!r}}: {reason}; expected {{expected}}", ""


CODES: dict[str, Code] = {
    "setting.unknown": Code(
        "error",
        "the setting is unknown",
        "A misspelt variable would be ignored silently, and the site would run with the default.",
        message="there is no setting {name}",
        hint="unset it, or correct its name: the settings page of the documentation lists all names",
        variants={"similar": ("", "did you mean {similar}?")},
        example={"name": "EXTERY_DEBGU", "variant": "similar", "similar": "EXTERY_DEBUG"},
    ),
    "setting.bad-value": Code(
        "error",
        "the value of a setting is invalid",
        "The site does not start with a setting that it cannot interpret.",
        message="{name} is {value!r}, expected {expected}",
        hint="for example {name}={example!r}",
        variants={
            "database-scheme": _bad_value("the scheme is neither postgresql nor sqlite"),
            "not-encoded": _bad_value(
                "a special character in the user or password is not percent-encoded"
            ),
            "database-missing": _bad_value("the database name is missing"),
            "database-slash": _bad_value("the database name has a '/'"),
            "sqlite-path": _bad_value("the path of the file is missing or has a query"),
            "port": _bad_value("the port is not a number up to 65535"),
            "nul": _bad_value("it contains NUL"),
            "connection-parameter": _bad_value(
                "{parameter!r} is not a connection parameter that can be set here"
            ),
            "parameter-repeated": _bad_value("the parameter {parameter!r} is given twice"),
            "parameter-choice": _bad_value("{parameter} is {given!r}, not one of {choices}"),
            "parameter-number": _bad_value("{parameter} is not a whole number"),
            "parameter-seconds": _bad_value(
                "{parameter} is not a number of seconds from 1 to {max_seconds}"
            ),
            "storage-scheme": _bad_value("the scheme is not s3"),
            "storage-credentials": _bad_value(
                "it contains credentials, which belong in AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY"
            ),
            "bucket": _bad_value(
                "the bucket is missing or has a character that buckets cannot have"
            ),
            "fragment": _bad_value("it contains '#'"),
            "prefix": _bad_value(
                "the prefix has a part that is empty, '.' or '..', or a character other than "
                "letters, digits, '.', '_' and '-'"
            ),
            "storage-parameter": _bad_value(
                "unknown parameter {parameter!r}, not one of {choices}"
            ),
            "endpoint": _bad_value("endpoint is not http(s)://host:port"),
            "endpoint-more": _bad_value("endpoint has more than a scheme, a host and a port"),
            "region": _bad_value("region is not a name such as eu-central-1"),
            "clamd-scheme": _bad_value("it begins with neither unix: nor tcp:"),
            "socket-path": _bad_value("the path of the socket is missing or not absolute"),
            "socket-length": _bad_value(
                "the path of the socket is longer than {max_length} bytes, which no socket can have"
            ),
            "clamd-host": _bad_value("the host is missing or not a host name or an IP address"),
            "clamd-more": _bad_value("it has more than a host and a port"),
        },
        example={
            "name": "EXTERY_EMAIL",
            "value": "smtp://mail.example.org:smtp",
            "variant": "port",
            "expected": "console:, smtp://user:password@host:port or smtps://…",
            "example": "console:",
        },
    ),
    "setting.port": Code(
        "error",
        "the port cannot be used",
        "Only one program can listen on a port at a time.",
        message="port {port} of {host} cannot be used: {os_error}",
        hint="stop the program that uses it, or choose another port: --port {other}",
        example={
            "port": 8000,
            "host": "127.0.0.1",
            "os_error": "Address already in use",
            "other": 8001,
        },
    ),
    "setting.data-folder": Code(
        "error",
        "the data folder cannot be used",
        "The site creates files there: the secret key, static files, uploads, and by default the "
        "database and all packages.",
        message="the data folder {folder} cannot be used: {os_error}",
        hint="let this user write to the folder, or set EXTERY_DATA to another one",
        example={"folder": "/srv/extery", "os_error": "Permission denied"},
    ),
    "setting.log-file": Code(
        "error",
        "the log file cannot be written",
        "All processes of the site append their logs to the file that EXTERY_LOG_FILE names.",
        message="the log file {file} cannot be written: {os_error}",
        hint="create its folder and let this user write to it, or unset EXTERY_LOG_FILE to log to stderr",
        example={"file": "/var/log/extery/extery.log", "os_error": "Permission denied"},
    ),
    "setting.data-folder-open": Code(
        "warning",
        "the data folder is open to other users",
        "The folder has the secret key, password hashes, e-mail addresses and packages that are not "
        "public. The site creates it for its own user only (mode 0700).",
        message="other users of this machine can open the data folder {folder} (mode {mode})",
        hint="chmod 700 {folder}",
        example={"folder": "/srv/extery", "mode": "0755"},
    ),
    "setting.demo-not-local": Code(
        "error",
        "the demo would be reachable from other machines",
        "The passwords of the demo accounts are published, moderators included.",
        message="--demo does not listen on {host}, because the passwords of its accounts are known",
        hint="leave out --host, or use --host 127.0.0.1",
        example={"host": "0.0.0.0"},  # noqa: S104  an example, not bound
    ),
    "setting.database": Code(
        "error",
        "the database cannot be used",
        "The site cannot run without it: everything except packages, images and keys is in the "
        "database.",
        message="the database {database} cannot be used: {driver_message}",
        hint="check that the server runs, that EXTERY_DATABASE has its user and password, and that "
        "the database exists (createdb {name})",
        variants={
            "file": (
                "the database {database} cannot be opened: {driver_message}",
                "check that the folder exists and that this user can write to it",
            )
        },
        example={
            "database": "postgresql://extery:***@localhost/extery",
            "driver_message": "Connection refused",
            "name": "extery",
        },
    ),
    "setting.database-encoding": Code(
        "error",
        "the encoding of the database is not UTF8",
        "Text in every language must be stored and compared unchanged.",
        message="the encoding of the database {database} is {encoding}, expected UTF8",
        hint="create it with: createdb --encoding=UTF8 --template=template0 {name}",
        example={
            "database": "postgresql://extery:***@localhost/extery",
            "encoding": "LATIN1",
            "name": "extery",
        },
    ),
    "setting.database-outdated": Code(
        "error",
        "the database is not up to date",
        "A worker does not run migrations, because several workers may start at the same time, "
        "while a web server is running.",
        message="the database {database} is not up to date",
        hint="start 'extery serve' first, or run: extery manage migrate",
        example={"database": "db.sqlite3"},
    ),
    "setting.storage": Code(
        "error",
        "the file storage cannot be used",
        "Packages and images are in the storage: without it nothing can be uploaded or downloaded.",
        message="the file storage {storage} cannot be used: the server answered {answer}",
        hint="check that the server runs and that EXTERY_STORAGE has its address",
        variants={
            "folder": (
                "files cannot be stored in {folder}: {os_error}",
                "let this user write to the folder, or set EXTERY_DATA to another one",
            ),
            "no-answer": (
                "the file storage {storage} cannot be used: there was no answer ({error})",
                "",
            ),
            "no-credentials": (
                "the file storage {storage} cannot be used: there are no credentials",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
            ),
            "no-bucket": ("", "create the bucket {bucket}, or correct EXTERY_STORAGE"),
            "forbidden": (
                "",
                "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and grant them list, read, write and delete on {bucket}",
            ),
            "wrong-region": ("", "add the region of the bucket to EXTERY_STORAGE: ?region=…"),
        },
        example={
            "storage": "s3://extery/site at https://s3.example.org",
            "answer": "404",
            "variant": "no-bucket",
            "bucket": "extery",
            "folder": "media",
            "os_error": "Permission denied",
            "error": "EndpointConnectionError",
        },
    ),
    "setting.demo-public": Code(
        "error",
        "the demo is refused on a public site",
        "The password of the demo accounts is public, and one of them is a moderator.",
        message="{address} is a public address: anyone could sign in to the demo as a moderator",
        hint="unset EXTERY_SITE_URL, or seed the site with: python -m extery_demo --force",
        example={"address": "https://extensions.example.org"},
    ),
    "setting.has-content": Code(
        "error",
        "fake data is refused on a site with content",
        "Fake extensions, users and ratings cannot be told from real ones on the pages, and are not removed by a command.",
        message="the site has content that is not fake: {extensions} extensions, {users} users",
        hint="fill another site (EXTERY_DATA or EXTERY_DATABASE), or add --force",
        example={"extensions": 12, "users": 7},
    ),
    "storage.unavailable": Code(
        "error",
        "the file storage does not answer or is full",
        "A file is stored completely or not at all, and without its file nothing else changes.",
        message="the file storage failed: {os_error}",
        hint="try again in a few seconds; if it happens again, contact the administrator of this "
        "site",
        variants={
            "answer": ("the file storage failed: the server answered {answer}", ""),
            "no-answer": ("the file storage failed: there was no answer ({error})", ""),
            "no-credentials": ("the file storage failed: there are no credentials", ""),
            "connection-broken": (
                "the file storage failed: the connection broke while a file was read",
                "",
            ),
            "incomplete": ("the file storage failed: the server sent an incomplete file", ""),
            "replaced": ("the file storage failed: the file was replaced while it was read", ""),
        },
        example={
            "os_error": "No space left on device",
            "answer": "503 (SlowDown)",
            "error": "ReadTimeoutError",
        },
    ),
    "storage.too-large": Code(
        "error",
        "the file exceeds the size limit",
        "A file is read in blocks, and only up to its limit.",
        message="the file exceeds the limit of {max_size}",
        hint="make it smaller",
        example={"max_size": "10 MB"},
    ),
    "storage.file-missing": Code(
        "error",
        "a stored file is missing",
        "The database has the file, but it is not in the storage: downloads of it fail.",
        message="the file is missing in the storage",
        hint=_RESTORE,
    ),
    "storage.file-damaged": Code(
        "error",
        "a stored file is damaged",
        "The stored bytes differ from the uploaded ones, so clients refuse the download.",
        message="the file is damaged: its SHA-256 is {actual}, not {expected}",
        hint=_RESTORE,
        variants={
            "size": ("the file is damaged: it has {actual} bytes, not {expected}", ""),
        },
        example={"actual": 1000, "expected": 2000, "variant": "size"},
    ),
    "storage.file-unreadable": Code(
        "error",
        "a stored file cannot be read",
        "The site cannot send it.",
        message="the file cannot be read: {os_error}",
        hint="check its permissions and the disk",
        example={"os_error": "Permission denied"},
    ),
    "storage.file-orphaned": Code(
        "warning",
        "nothing refers to a stored file",
        "It takes space; an interrupted upload or a restored backup may have left it.",
        message="the file has no row in the database",
        hint="the daily clean-up removes it",
        variants={
            "unreferenced": ("no package and no image uses the file", ""),
            "foreign": (
                "the file was not stored by the site",
                "move it to a folder that the site does not use",
            ),
        },
    ),
    "task.not-chosen": Code(
        "error",
        "the tasks to retry are not chosen",
        "Only tasks that are named, or all that have failed, are queued again.",
        message="there is either a list of ids or --all",
        hint="name the tasks by their ids, or give --all; 'extery manage tasks list --state failed' prints the ids",
    ),
    "task.bad-id": Code(
        "error",
        "a text is not the id of a task",
        "Ids consist of hexadecimal digits, of which the first six are enough if no other task has them.",
        message="{value} is not the beginning of an id of a task",
        hint="give at least the first {minimum} digits of an id that 'extery manage tasks' prints",
        example={"value": "'abc'", "minimum": 6},
    ),
    "task.not-found": Code(
        "error",
        "no single task has the id",
        "A task that has finished is deleted after some days.",
        message="there is no task with an id that begins with {value}",
        hint="list all tasks with: extery manage tasks list",
        variants={
            "several": (
                "there are several tasks with an id that begins with {value}",
                "give more digits of the id",
            ),
        },
        example={"value": "'12345678'"},
    ),
}
