"""Compares what Python, unzip and Blender unpack from a zip with what our reader lists."""
