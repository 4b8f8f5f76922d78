"""Licence texts are recognized by passages that only they have."""

from __future__ import annotations

import pytest

from extery.core.license_texts import identify_texts, is_text_of

MIT = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated\n"
    'documentation files (the "Software"), to deal in the Software without restriction'
)
NOTICE = ": the above copyright notice and this\npermission notice shall be included in all copies"
BSD = "Redistribution and use in source and binary forms, with or without\n modification, are permitted provided that"
GPL_NOTICE = (
    "# This program is free software; you can redistribute it and/or modify\n"
    "# it under the terms of the GNU General Public License as published by\n"
    "# the Free Software Foundation; either version {} of the License, or (at your option) any later version.\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", {"GPL-3.0"}),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1, February 1999", {"LGPL-2.1"}),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007", {"AGPL-3.0"}),
        (GPL_NOTICE.format(2), {"GPL-2.0"}),
        (GPL_NOTICE.format(3), {"GPL-3.0"}),
        (MIT + NOTICE, {"MIT"}),
        (MIT, {"MIT-0"}),
        (BSD, {"BSD-1-Clause"}),
        (f"{BSD} * Redistributions in binary form must reproduce", {"BSD-2-Clause"}),
        ("Apache License\nVersion 2.0, January 2004", {"Apache-2.0"}),
        ("CC0 1.0 Universal", {"CC0-1.0"}),
        (
            f"{MIT}{NOTICE}\n\nGNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007",
            {"MIT", "GPL-3.0"},
        ),
        ("All rights reserved.", set()),
        ("", set()),
    ],
)
def test_a_text_is_recognized(text: str, found: set[str]) -> None:
    assert identify_texts(text) == found


def test_the_example_in_the_text_of_the_gpl_2_is_not_its_notice() -> None:
    text = "GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991\nHow to Apply These Terms to Your New Programs\n"

    assert identify_texts(text + GPL_NOTICE.format(3)) == {"GPL-2.0"}


@pytest.mark.parametrize(
    ("text", "identifier", "fits"),
    [
        ("GPL-3.0", "GPL-3.0-or-later", True),
        ("GPL-3.0", "GPL-3.0-only", True),
        ("GPL-3.0", "GPL-2.0-or-later", True),
        ("GPL-3.0", "GPL-2.0-only", False),
        ("GPL-2.0", "GPL-3.0-or-later", False),
        ("GPL-3.0", "LGPL-3.0-or-later", True),
        ("GPL-3.0", "AGPL-3.0-or-later", False),
        ("MIT", "MIT", True),
        ("MIT", "GPL-3.0-or-later", False),
        ("BSD-3-Clause", "BSD-2-Clause", False),
    ],
)
def test_a_text_belongs_to_identifiers(text: str, identifier: str, fits: bool) -> None:
    assert is_text_of(text, identifier) is fits
