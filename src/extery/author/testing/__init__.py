"""Test an extension in real Blenders: what is tested where, a confined process for each Blender, and what it reports."""
