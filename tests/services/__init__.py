"""Real servers that the website works with, started on loopback for the tests."""
