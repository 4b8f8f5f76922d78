"""Blenders on this computer: programs that are found, and environments with the module ``bpy`` that are made."""
