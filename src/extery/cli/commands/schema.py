"""``extery schema``: the JSON Schema of manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command("schema", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was printed.")
@click.argument("version", required=False)
@click.option("--list", "lists", is_flag=True, help="List the versions of the schema.")
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, version: str | None, *, lists: bool) -> Outcome:
    """Print the JSON Schema of manifests, for editors.

    VERSION is a schema_version, by default the newest. An editor that knows the schema completes keys, describes them, and
    marks the most common mistakes; 'extery validate' finds all.
    """
    from extery.cli.output import Outcome
    from extery.core.errors import NotFound
    from extery.manifest.schemas.registry import (
        KNOWN_SCHEMA_VERSIONS,
        LATEST,
        SCHEMA_VERSIONS,
        find_schema,
    )

    if lists:
        rows = [one._asdict() for one in SCHEMA_VERSIONS]
        for row in rows:
            del row["json_schema"]
        lines = [
            f"{one.version}  Blender {one.first_blender} and newer. {one.summary}"
            for one in SCHEMA_VERSIONS
        ]
        return Outcome(ok=True, summary="", lines=lines, data={"versions": rows}, is_quiet=True)
    schema = find_schema(version or LATEST.version)
    if schema is None:
        raise NotFound.of(
            "schema.unknown",
            value=repr(version),
            known=", ".join(KNOWN_SCHEMA_VERSIONS),
        )
    document = schema.json_schema()
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return Outcome(ok=True, summary="", lines=[text], data={"schema": document}, is_quiet=True)
