"""Codes of what users read in a manifest, reported by `extery check` and for uploads."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "metadata.placeholder": Code(
        "warning", "the manifest has a value of a template", "It was taken over from an example, and says nothing about this extension.",
        message="{field} is the value of a template: {value}",
        hint="write your own",
        variants={"permission": ("{field} is the reason of an example: {value}", "state what this extension does with it")},
        example={"field": "tagline", "value": "'This is another extension'"},
    ),
    "metadata.example-domain": Code(
        "warning", "the manifest has an address for examples", "Such an address reaches no one: example.com, example.org and example.net are reserved for documentation.",
        message="{field} is an address for examples: {value}",
        hint="write an address where users can reach you, or leave it out",
        example={"field": "website", "value": "'https://example.com'"},
    ),
    "metadata.tagline-is-name": Code(
        "warning", "the tagline repeats the name", "Both are shown together, so users learn nothing from it.",
        message="tagline repeats the name: {tagline}",
        hint="write what the extension does",
        example={"tagline": "'Gear Tool'"},
    ),
    "metadata.branding": Code(
        "warning", "the name contains \"Blender\"", "Blender is a trademark of the Blender Foundation. Every extension there is for Blender, so the word says nothing either.",
        message="name contains \"Blender\": {name}",
        hint="leave the word out",
        example={"name": "'Blender Gears'"},
    ),
}  # fmt: skip
