"""Runs inside Blender, by its Python and its modules only; the other end is `extery.author.testing.run`."""
