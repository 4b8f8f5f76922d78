"""Add-ons from before Blender 4.2: ``bl_info`` and the listing ``repo.json``."""
