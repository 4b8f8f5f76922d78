"""What lies on disk after a zip was unpacked: by Python, by unzip, by Blender, and as our reader lists it."""
