"""The script that a Blender runs: its last argument is the job, a JSON file; the answer is a file of JSON lines."""

import os
import sys

import bpy  # noqa: F401  (it sets the path of Blender's own modules)

_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The folder is on the path during the imports only: an extension is tested, and not what lies beside this script.
sys.path.insert(0, _FOLDER)
sys.dont_write_bytecode = True
try:
    from inside_blender import session
finally:
    sys.path.remove(_FOLDER)

session.main(sys.argv[-1])
