"""Top-level modules that Blender itself provides to add-ons."""

from __future__ import annotations

#: Source: `bpy` and its neighbours, and the files of `scripts/modules` and `scripts/freestyle` in Blender 4.2 to 5.3.
BLENDER_MODULES = frozenset(
    {
        *(
            "addon_utils",
            "animsys_refactor",
            "aud",
            "bgl",
            "bl_app_override",
            "bl_app_template_utils",
            "bl_ext",
        ),
        *(
            "bl_i18n_utils",
            "bl_keymap_utils",
            "bl_previews_utils",
            "bl_rna_utils",
            "bl_text_utils",
            "bl_ui_utils",
        ),
        *(
            "blend_render_info",
            "blf",
            "bmesh",
            "bpy",
            "bpy_extras",
            "bpy_restrict_state",
            "bpy_types",
            "cycles",
        ),
        *(
            "console_python",
            "console_shell",
            "freestyle",
            "gpu",
            "gpu_extras",
            "graphviz_export",
            "idprop",
            "imbuf",
        ),
        *(
            "keyingsets_utils",
            "mathutils",
            "nodeitems_builtins",
            "nodeitems_utils",
            "rna_info",
            "rna_keymap_ui",
        ),
        *(
            "rna_manual_reference",
            "rna_prop_ui",
            "rna_xml",
            "sys_info",
            "bl_ui",
            "bl_operators",
            "hydra",
        ),
    }
)
