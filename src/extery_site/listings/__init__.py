"""What Blender reads: the listing of approved extensions, and the packages it names."""
