"""Tests of `extery.inventory`."""
