"""Install extensions into the folders that Blender reads: targets, repositories, operations and their journal.

A `Target` is a folder of extensions and the Blender that it is for. It has repositories (`repositories`), each with a
listing (`sync`) and a folder of installed extensions (`installed`). A change of a target is an operation (`operations`):
packages are downloaded into a `store` that all targets share, unpacked (`unpack`) next to the target, and switched in
with renames (`switch`) after the journal states what is to be switched. `undo` switches back. `delta_download`
fetches only what an older package does not have.
"""
