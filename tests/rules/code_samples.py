"""Code that each rule about code reports, and code that it accepts."""

from __future__ import annotations

OPERATOR = "import bpy\nclass A(bpy.types.Operator):\n"
REPORTED = {
    "code.import-path": [
        "import sys\nsys.path.insert(0, 'x')",
        "import sys\nsys.path = ['x'] + sys.path",
        "import sys\nsys.path += ['x']",
        "from sys import path\npath.append('x')",
        "import sys\nsys.modules['gears'] = sys",
        "import site\nsite.addsitedir('x')",
    ],
    "code.pip": [
        "import pip",
        "import ensurepip\nensurepip.bootstrap()",
        "import subprocess, sys\nCOMMAND = [sys.executable, '-m', 'pip', 'install', 'x']\nsubprocess.check_call(COMMAND)",
        "import os\nos.system('python -m pip install x')",
        "import os, sys\nos.system(f'{sys.executable} -m pip install x')",
    ],
    "code.dynamic-execution": [
        "exec(open('x').read())",
        "def f(x):\n    return eval(x)",
        "import base64\nexec(base64.b64decode('cHJpbnQoMSk='))",
        "import marshal\nmarshal.loads(open('x', 'rb').read())",
    ],
    "code.thread-bpy": [
        "import bpy, threading\ndef f():\n    bpy.ops.mesh.primitive_cube_add()\nthreading.Timer(1, f).start()",
        (
            "import bpy\nfrom threading import Thread\nclass A:\n    def go(self):\n        Thread(target=self.work).start()\n"
            "    def work(self):\n        bpy.data.objects.new('x', None)"
        ),
        (
            "import bpy\nfrom concurrent.futures import ThreadPoolExecutor\ndef f(): bpy.data.scenes[0].name = 'x'\n"
            "ThreadPoolExecutor().submit(f)"
        ),
        (
            "import threading\ndef run(context):\n    wm = context.window_manager\n    def work():\n        wm.progress = 1\n"
            "    threading.Thread(target=work).start()"
        ),
    ],
    "code.taken-name": [
        f"{OPERATOR}    bl_idname = 'object.delete'\nbpy.utils.register_class(A)",
        f"{OPERATOR}    bl_idname = 'import_scene.gltf'\nCLASSES = (A,)",
        "import bpy\nclass VIEW3D_PT_view3d_cursor(bpy.types.Panel): ...\nCLASSES = (VIEW3D_PT_view3d_cursor,)",
        f"{OPERATOR}    bl_idname = 'gears.a'\nclass B(bpy.types.Operator):\n    bl_idname = 'gears.a'\nCLASSES = (A, B)",
        f"import inspect\n{OPERATOR}    bl_idname = 'object.delete'\ninspect.getmembers(1)",
    ],
    "code.preferences-name": [
        "import bpy\nbpy.context.preferences.addons['gear_tool'].preferences",
        "import bpy\nbpy.context.preferences.addons[__name__].preferences",
        "import bpy\nbpy.context.preferences.addons[__name__.split('.')[0]].preferences",
        "import bpy\nbpy.context.preferences.addons[__package__.split('.')[0]].preferences",
        "import bpy\nbpy.context.preferences.addons.get('gear_tool')",
        "import bpy\nclass P(bpy.types.AddonPreferences):\n    bl_idname = 'gear_tool'",
    ],
    "code.self-import": [
        "import gear_tool.other",
        "from gear_tool import other",
        "def f():\n    from gear_tool.x import y",
    ],
    "code.not-unregistered": [
        "import bpy\nbpy.utils.register_class(bpy.types.Panel)",
        "import bpy\nbpy.types.Scene.gear = bpy.props.IntProperty()",
        "from bpy.types import Scene\nfrom bpy.props import IntProperty\nScene.gear = IntProperty()",
        "import bpy\ndef d(self, context): ...\nbpy.types.VIEW3D_MT_add.append(d)",
        "import bpy\nkm = bpy.context.window_manager.keyconfigs.addon.keymaps.new('x')\nkm.keymap_items.new('a.b', 'A', 'PRESS')",
        "import bpy\nh = bpy.types.SpaceView3D.draw_handler_add(print, (), 'WINDOW', 'POST_PIXEL')",
        "import bpy.utils.previews\nicons = bpy.utils.previews.new()",
        "import bpy\ndef tick():\n    return 0.5\ndef register():\n    bpy.app.timers.register(tick)",
        "import bpy\ndef tick():\n    return 0.5\ndef start():\n    bpy.app.timers.register(tick)\ndef register():\n    start()",
        "import bpy\ndef tick():\n    return 0.5\ndef f():\n    bpy.app.timers.register(tick, persistent=True)",
        "import bpy\ndef tick():\n    return 1\ndef tock(): ...\nbpy.app.timers.register(tick)\nbpy.app.timers.unregister(tock)",
    ],
    "code.online-access": [
        "import requests\nrequests.get('https://example.org', timeout=1)",
        "from urllib.request import urlopen as get\nget('https://example.org')",
        "from http.client import HTTPSConnection\nHTTPSConnection('example.org')",
    ],
    "code.undeclared-permission": [
        "import cv2\ncv2.VideoCapture(0)",
        "import sounddevice\nsounddevice.rec(1)",
    ],
    "code.subprocess": [
        "import os\nos.startfile('x')",
        "from subprocess import Popen\nPopen(['x'])",
    ],
    "code.writes-own-folder": [
        "import os\nD = os.path.dirname(__file__)\ndef f():\n    with open(os.path.join(D, 'x'), 'w') as file: ...",
        "import os\ndef f():\n    path = os.path.join(os.path.dirname(__file__), 'x')\n    os.makedirs(path)",
        "from pathlib import Path\nPath(__file__).with_name('x').write_text('x')",
        "import shutil\nfrom pathlib import Path\nHERE = Path(__file__).parent\nshutil.copy('a', HERE / 'b')",
    ],
    "code.removed-module": [
        "import distutils.version",
        "from cgi import escape",
        "def f():\n    import telnetlib",
    ],
    "code.donation-link": [
        "URL = 'https://ko-fi.com/ada'",
        "def f(x):\n    return f'https://www.patreon.com/{x}'",
    ],
    "code.interference": [
        "import bpy\nbpy.ops.wm.save_userpref()",
        "import addon_utils\naddon_utils.disable('x')",
        "import bpy\nkc = bpy.context.window_manager.keyconfigs.default\nkm = kc.keymaps['Mesh']\nkm.keymap_items.remove(km.keymap_items[0])",
    ],
    "code.operator-name": [
        "import bpy\nclass A(bpy.types.Operator):\n    bl_idname = 'gears.Add'",
        "import bpy\nclass A(bpy.types.Panel):\n    bl_idname = 'gears_panel'",
        "import bpy\nclass A(bpy.types.Operator):\n    bl_idname = 'gears." + "x" * 60 + "'",
    ],
    "code.obfuscated": ["DATA = '" + "QUJD" * 1200 + "'"],
    "code.syntax": ["def f(:\n", "return 1\n", "type Gear = int\n"],
}

ACCEPTED = {
    "code.import-path": [
        "import sys\nprint(sys.path)",
        "import sys\nsys.modules['x']",
        "path = []\npath.append('x')",
    ],
    "code.pip": ["import subprocess\nsubprocess.run(['pipeline', 'install'])", "from . import pip"],
    "code.dynamic-execution": [
        "def f(x):\n    x.eval('1')",
        "import ast\nast.literal_eval('1')",
        "eval('1 + 1')",
        "CODE = 'print(1)'\nexec(CODE)",
        "def exec(x): ...\nexec(1 + 1)",
    ],
    "code.thread-bpy": [
        "import bpy, threading\ndef f():\n    bpy.app.timers.register(print)\nthreading.Thread(target=f).start()",
        "import bpy, threading\ndef g():\n    bpy.app.timers.register(lambda: bpy.data.scenes[0])\ndef f():\n    g()\nthreading.Thread(target=f).start()",
        "import bpy, threading\ndef g(context):\n    context.scene.x = 1\ndef f():\n    g(1)\nthreading.Thread(target=f).start()",
        "import bpy, threading\ndef f(): ...\ndef g():\n    bpy.data.objects.new('x', None)\nthreading.Thread(target=f).start()",
    ],
    "code.taken-name": [
        f"{OPERATOR}    bl_idname = 'gears.delete'\nCLASSES = (A,)",
        f"{OPERATOR}    bl_idname = 'object.delete'",  # never registered
        "class A:\n    bl_idname = 'object.delete'\nCLASSES = (A,)",
        "if 1:\n    import bpy\n    class A(bpy.types.Operator):\n        bl_idname = 'gears.a'\nelse:\n    class A(bpy.types.Operator):\n        bl_idname = 'gears.a'\nCLASSES = (A,)",
    ],
    "code.preferences-name": [
        "import bpy\nbpy.context.preferences.addons[__package__].preferences",
        "import bpy\nfrom . import __package__ as base\nbpy.context.preferences.addons[base].preferences",
        "import bpy\nclass P(bpy.types.AddonPreferences):\n    bl_idname = __package__",
    ],
    "code.self-import": [
        "from . import other",
        "import numpy",
        "try:\n    import gear_tool\nexcept ImportError:\n    pass",
    ],
    "code.not-unregistered": [
        "import bpy\nregister, unregister = bpy.utils.register_classes_factory([])\nbpy.utils.register_class(bpy.types.Panel)",
        "import bpy\ndef tick():\n    return 0.5\ndef register():\n    bpy.app.timers.register(tick)\ndef unregister():\n    bpy.app.timers.unregister(tick)",
        "import bpy\ndef tick():\n    if bpy.data.scenes:\n        return None\n    return 0.5\ndef register():\n    bpy.app.timers.register(tick)",
        "import bpy\ndef tick():\n    return 0.5\nclass A:\n    def execute(self, context):\n        bpy.app.timers.register(tick)",
        "import bpy\nbpy.types.Scene.gear = bpy.props.IntProperty()\ndef u():\n    del bpy.types.Scene.gear",
        "import bpy\nbpy.types.Scene.gear = bpy.props.IntProperty()\ndef u():\n    delattr(bpy.types.Scene, 'gear')",
        (
            "import bpy\nbpy.app.handlers.load_post.append(print)\ndef u():\n    for h in bpy.app.handlers.load_post:\n"
            "        bpy.app.handlers.load_post.remove(h)"
        ),
        (
            "import bpy\nkm = bpy.context.window_manager.keyconfigs.addon.keymaps.new('x')\nkm.keymap_items.new('a.b', 'A', 'PRESS')\n"
            "def u():\n    for keymap, item in []:\n        keymap.keymap_items.remove(item)"
        ),
    ],
    "code.online-access": [
        "import bpy, requests\nif bpy.app.online_access:\n    requests.get('x')",
        "import bpy, requests\nif getattr(bpy.app, 'online_access', True):\n    requests.get('x')",
        "import requests\nrequests.get('http://localhost:8080')",
        "import requests",
    ],
    "code.subprocess": ["class A:\n    def run(self): ...\nA().run()"],
    "code.writes-own-folder": [
        "from pathlib import Path\nTEXT = Path(__file__).with_name('x').read_text()\nopen('/tmp/x', 'w').write(TEXT)",
        "import os\ndef f():\n    path = os.path.dirname(__file__)\ndef g(path):\n    open(path, 'w')",
        "from pathlib import Path\nopen(Path(__file__).with_name('x'))",
    ],
    "code.removed-module": [
        "try:\n    import imp\nexcept ImportError:\n    imp = None",
        "from . import imp",
        "import importlib",
    ],
    "code.donation-link": ["URL = 'https://example.org/patreon'", "# https://ko-fi.com/ada"],
    "code.interference": [
        "import bpy\nkc = bpy.context.window_manager.keyconfigs.addon\nkm = kc.keymaps.new('Mesh')\nkm.keymap_items.remove(km.keymap_items[0])",
    ],
    "code.operator-name": [
        "import bpy\nclass A(bpy.types.Operator):\n    bl_idname = 'gears.add_2x'",
        "import bpy\nclass A(bpy.types.Panel):\n    bl_idname = 'GEARS_PT_panel'",
        "class A:\n    bl_idname = 'Anything'",
    ],
    "code.obfuscated": ["DATA = '" + "A long text. " * 500 + "'"],
}
