"""Which names of Blender's API an add-on uses that a Blender of its range does not have, or calls deprecated.

`extery.analysis` follows values through the code, `extery.blender_api` knows the names; here the two are compared.
"""
