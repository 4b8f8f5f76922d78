"""Tests with a real Blender, and what drives it."""
