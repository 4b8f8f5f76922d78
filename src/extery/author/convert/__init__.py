"""Turn an add-on from before Blender 4.2 into an extension: read, plan, change a copy, report."""
