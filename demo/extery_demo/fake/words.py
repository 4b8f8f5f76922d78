"""Words that `texts` combines: what add-ons do, to what, and how; names of people, themes and libraries."""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    """A field of work: a tag of add-ons, verbs, things they are done to, and how."""

    tag: str
    verbs: tuple[str, ...]
    things: tuple[str, ...]
    ways: tuple[str, ...]
    category: str
    """The first part of the names of operators."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


FIELDS = (
    Field(
        "Mesh",
        _words("Clean Repair Weld Bridge Flatten Count Relax Compare Split Thicken"),
        _phrases(
            "edge loops, loose faces, scanned meshes, holes, doubled corners, thin walls, long triangles"
        ),
        _phrases("before printing, without losing UVs, in one pass, by their angle, with a report"),
        "mesh",
    ),
    Field(
        "Modeling",
        _words("Bevel Lathe Carve Array Snap Trim Fold Wrap Inset Weave"),
        _phrases(
            "stairs, roof tiles, window frames, gears, pipes, fences, arches, cable bundles, screws"
        ),
        _phrases(
            "along a curve, to real sizes, from a sketch, between two edges, with clean quads"
        ),
        "mesh",
    ),
    Field(
        "Animation",
        _words("Offset Bake Loop Retime Ease Mirror Shuffle Trace Stagger Sync"),
        _phrases(
            "keyframes, walk cycles, camera moves, markers, poses, drivers, lip shapes, strips"
        ),
        _phrases(
            "to the beat, over many objects, from a spreadsheet, without drift, by frame range"
        ),
        "anim",
    ),
    Field(
        "Rigging",
        _words("Rename Mirror Weigh Pin Rebuild Label Colour Constrain Transfer Lock"),
        _phrases("bones, finger chains, face controls, tails, wheels, twist bones, vertex groups"),
        _phrases("on both sides, from a template, with undo, for game engines, by selection"),
        "armature",
    ),
    Field(
        "Import-Export",
        _words("Import Export Convert Read Bring Send"),
        _phrases(
            "survey points, sewing patterns, terrain grids, level layouts, camera tracks, shot lists, weather tables"
        ),
        _phrases("with their units, into collections, line by line, with all layers, in metres"),
        "import_scene",
    ),
    Field(
        "Material",
        _words("Swap Tint Weather Age Sort Replace Blend Bake Preview Match"),
        _phrases("materials, wood grain, rust, wet ground, painted metal, cloth, tile patterns"),
        _phrases(
            "by object name, across scenes, with one slider, from a photo, without new node groups"
        ),
        "material",
    ),
    Field(
        "Lighting",
        _words("Aim Dim Balance Link Rotate Measure Group Place"),
        _phrases("lamps, sun positions, softboxes, rim lights, sky textures, gobos, light groups"),
        _phrases("by time of day, from the camera, in lux, per view layer, with a click"),
        "light",
    ),
    Field(
        "Render",
        _words("Queue Slice Denoise Compare Name Resume Stamp Watch"),
        _phrases("renders, view layers, passes, tiles, contact sheets, output folders, previews"),
        _phrases("overnight, on several machines, with notes burned in, by shot, after a crash"),
        "render",
    ),
    Field(
        "UV",
        _words("Unwrap Pack Straighten Stack Measure Rotate Align Check"),
        _phrases("UV islands, seams, texel density, trim sheets, checker maps, overlapping faces"),
        _phrases("at equal scale, into one tile, along edges, for several objects, by material"),
        "uv",
    ),
    Field(
        "Sculpt",
        _words("Mask Smooth Polish Remesh Cut Store Stamp Isolate"),
        _phrases("brush strokes, face sets, creases, skin pores, cloth folds, base meshes"),
        _phrases("while you work, with pressure, at each level, by cavity, without artefacts"),
        "sculpt",
    ),
    Field(
        "Object",
        _words("Rename Scatter Align Drop Group Distribute Replace Tidy Swap Count"),
        _phrases("objects, collections, instances, origins, empties, props, duplicates, parents"),
        _phrases("onto the ground, in rows, by distance, with a preview, in the whole file"),
        "object",
    ),
    Field(
        "Pipeline",
        _words("Publish Check Version Collect Link Archive Relocate Document"),
        _phrases("shots, asset files, texture paths, libraries, scene settings, project folders"),
        _phrases("before handing over, on a farm, with a checklist, for the whole team, as JSON"),
        "wm",
    ),
    Field(
        "Compositing",
        _words("Grade Key Layer Wire Preview Cache Mask Arrange"),
        _phrases("passes, cryptomattes, colour ramps, node trees, lens effects, grain, glows"),
        _phrases("in real time, from presets, with labels, by view layer, in two clicks"),
        "node",
    ),
    Field(
        "Geometry Nodes",
        _words("Grow Plant Stack Instance Deform Simulate Draw Fill"),
        _phrases("ivy, brick walls, grass, crowds, ropes, rain, cobbles, cables, bookshelves"),
        _phrases("from curves, on slopes, by weight, with seeds, at any scale"),
        "node",
    ),
    Field(
        "Sequencer",
        _words("Trim Slip Caption Slate Ripple Sort Mark Export"),
        _phrases("clips, subtitles, gaps, takes, audio strips, edit lists, fades"),
        _phrases("by timecode, across channels, from a text file, without rendering, at once"),
        "sequencer",
    ),
    Field(
        "User Interface",
        _words("Pin Search Hide Rearrange Zoom Recall Show Collect"),
        _phrases("panels, pie menus, recent tools, workspaces, notes, shortcuts, properties"),
        _phrases("under the cursor, for tablets, per project, in large print, with one key"),
        "wm",
    ),
)
FORMATS = _words("psk xyz las dxf gcode edl srt asc vox hdr geojson mot svg otio ply bvh")
MODIFIERS = ("ctrl", "shift", "alt")
#: Name -> reasons, of at most 64 characters.
PERMISSIONS = {
    "files": (
        "Reads and writes the files that you choose",
        "Stores presets beside the blend file",
        "Exports to the folder in the preferences",
    ),
    "network": (
        "Loads elevation data for the place that you choose",
        "Asks the render server of your studio for its queue",
        "Checks for new presets when you press the button",
    ),
    "clipboard": ("Copies the report to the clipboard", "Pastes tables from a spreadsheet"),
    "camera": ("Films a reference clip",),
    "microphone": ("Records a guide track",),
}

FIRST = _words(
    """Amber Anchor Arbor Ash Aspen Atlas Badger Basalt Beacon Birch Bramble Brass Bridge Bronze Canyon Cedar
    Chalk Cinder Clay Clover Cobalt Copper Coral Cove Crane Crest Cypress Dapple Delta Drift Dune Eagle Ebony Echo
    Elder Ember Fable Falcon Fathom Fern Fjord Flint Forge Frost Gale Garnet Ginger Granite Grove Harbor Hazel Heron
    Hollow Indigo Iris Iron Ivory Jasper Juniper Kelp Kestrel Lagoon Larch Lark Linden Lumen Lynx Maple Marble Marsh
    Meadow Mica Mist Moss Nimbus Nova Oak Ochre Onyx Opal Orchard Otter Pearl Pebble Pepper Pine Plum Prairie Quartz
    Quill Raven Reed Ridge River Robin Rowan Saffron Sage Sable Slate Sorrel Spruce Starling Sterling Sumac Tallow
    Tawny Thistle Thorn Tidal Timber Topaz Umber Velvet Violet Walnut Willow Wren Zephyr Zinc"""
)
SECOND = _words(
    """Aligner Anvil Array Atelier Awning Basin Bench Bevel Binder Board Brush Builder Caliper Canvas Cart Chisel
    Clamp Compass Conductor Counter Cutter Depot Desk Dial Dock Drawer Easel Engine Fader Ferry Filter Finder Foundry
    Frame Funnel Gauge Grid Grinder Hammer Hinge Hook Index Jig Joiner Kiln Kit Ladder Lathe Lattice Ledger Lens
    Level Lever Lift Loom Magnet Mason Matrix Meter Mill Mixer Mold Needle Notebook Nudge Organizer Packer Painter
    Palette Pantry Parser Pilot Pivot Planer Plotter Press Probe Pulley Rack Rail Rake Rasp Ribbon Rigger Roller
    Ruler Runner Sander Scaffold Scale Scissors Scribe Sequencer Shaper Shelf Shuttle Sieve Sketcher Slicer Sorter
    Spindle Spool Stamp Station Stencil Stitcher Studio Surveyor Switch Table Tailor Tiler Toolkit Tracer Trellis
    Trimmer Tuner Valve Vise Weaver Wedge Welder Winch Workshop"""
)
THEME_SECOND = _words(
    "Night Morning Dusk Paper Glass Ink Contrast Loft Print Haze Noon Signal Neon Pastel Mono"
)
LIBRARY_SECOND = _words(
    "Materials Props Shaders Brushes Skies Nodes Trees Fabrics Stones Interiors"
)
GIVEN = _words(
    """Ada Aiko Amara Amir Ana Anders Ben Bruno Camille Carlos Chidi Dana Diego Elena Elif Emil Esra Farah Felix
    Grace Hana Hugo Ines Ivan Jonas Julia Kamal Katya Kofi Lars Leila Lena Lin Luca Maja Malik Marta Mateo Mei Mina
    Nadia Nia Noah Olga Omar Paula Petra Quinn Rafael Rosa Sami Sara Sofia Tariq Theo Uma Vera Wei Yara Yusuf Zoe"""
)
FAMILY = _words(
    """Abara Almeida Andersen Aoki Baker Banerjee Becker Bianchi Castro Chen Costa Dahl Demir Diallo Duarte Eriksen
    Farouk Fischer Fontaine Garcia Haas Hassan Horvat Ibrahim Ivanova Jansen Kaya Khan Kim Kovacs Kruger Lopez Maeda
    Marino Mensah Moreau Morales Nakata Nasser Novak Nowak Okoye Olsen Park Petrov Ricci Rossi Saito Schmidt Silva
    Singh Soto Suzuki Takeda Tanaka Torres Ueda Vargas Vogel Wang Weber Yilmaz Zhang Ziegler"""
)
OTHER_SCRIPTS = (
    "田中 葵",
    "王 小明",
    "김 서연",
    "Ольга Смирнова",
    "ليلى حداد",
    "Łukasz Żółć",
    "Ἑλένη Παππά",
)
#: Language -> names of extensions, taglines, and sentences of descriptions.
LANGUAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "ja": (
        ("頂点ならべ", "影絵の道具箱", "和風テクスチャ帳"),
        ("選択した頂点をきれいに並べます", "影の向きを時刻から計算します"),
        (
            "このアドオンは、作業中の面倒な手順を一つのボタンにまとめます。",
            "設定はシーンごとに保存されます。",
            "不具合は報告ページからお知らせください。",
        ),
    ),
    "zh": (
        ("网格整理助手", "光影工坊", "批量命名"),
        ("一键整理场景中的网格和集合", "按照规则批量重命名物体"),
        (
            "适合需要经常整理大型场景的人。",
            "所有操作都可以撤销。",
            "如果遇到问题,请附上版本号和示例文件。",
        ),
    ),
    "ru": (
        ("Чистая сетка", "Мастер имён", "Свет и тень"),
        ("Находит и исправляет ошибки сетки", "Переименовывает объекты по правилам"),
        (
            "Дополнение собирает частые действия в одной панели.",
            "Настройки сохраняются вместе с файлом.",
            "Пишите, чего не хватает: я отвечаю на все отзывы.",
        ),
    ),
    "ar": (
        ("منظم المشهد", "مرسم الضوء"),
        ("يرتب العناصر في مجموعات حسب الاسم", "يوزع الأضواء حول العنصر المحدد"),
        (
            "تجمع هذه الإضافة الخطوات المتكررة في لوحة واحدة.",
            "يمكن التراجع عن كل خطوة.",
        ),
    ),
    "de": (
        ("Oberflächenbeschaffenheitsprüfer", "Kantenglättungswerkzeugsammlung"),
        ("Prüft Flächen, Kanten und Normalen vor dem Druck", "Glättet Kanten nach Winkel"),
        (
            "Die Koordinatentransformationseinstellungen gelten für die ganze Datei.",
            "Rückmeldungen bitte mit Beispieldatei.",
        ),
    ),
}
EMOJI = ("✨", "🧰", "🎨", "🦉", "🛠️", "🌲")
LICENSES = (
    *("SPDX:GPL-3.0-or-later",) * 7,
    "SPDX:GPL-2.0-or-later",
    "SPDX:MIT",
    "SPDX:Apache-2.0",
)
LIBRARY_LICENSES = ("SPDX:CC0-1.0", "SPDX:CC-BY-4.0", "SPDX:CC-BY-SA-4.0")
