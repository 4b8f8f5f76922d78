"""How often extensions are downloaded: by day, version, series of Blender and platform.

It knows keys and texts only, so that the pages of all apps can show its numbers; `extery_site.listings` counts.
"""
