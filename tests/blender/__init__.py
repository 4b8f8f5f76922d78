"""Tests with a real Blender, and what drives it."""

import pytest

# Before it is imported: then its asserts tell what they have found.
pytest.register_assert_rewrite("tests.blender.scenario")
