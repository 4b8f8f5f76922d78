"""Tests that drive a real Chromium, and a script that takes screenshots."""
