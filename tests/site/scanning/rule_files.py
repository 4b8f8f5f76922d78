"""YARA rules for tests, made when a test needs them: no file of the repository may look like a virus to a scanner."""

from __future__ import annotations

from pathlib import Path

from extery_site.scanning.clamd_probes import eicar


def eicar_rule(action: str = "quarantine", name: str = "eicar") -> str:
    """Return a rule that finds EICAR's test file."""
    return rule(name, f"$text = {{ {eicar().hex(' ')} }}", action=action, description="A test file")


def rule(
    name: str, strings: str = '$a = "gears"', *, action: str = "", description: str = ""
) -> str:
    """Return a rule for files that have one of the strings."""
    meta = [f'action = "{action}"'] * bool(action) + [f'description = "{description}"'] * bool(
        description
    )
    text = f"meta:\n    {' '.join(meta)}\n" if meta else ""
    return f"rule {name} {{\n{text}strings:\n    {strings}\ncondition:\n    any of them\n}}\n"


def write_rules(folder: Path, **files: str) -> Path:
    """Write files of rules, by name without the suffix, and return the folder."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yar").write_text(text, encoding="utf-8")
    return folder
