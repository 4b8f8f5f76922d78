"""What Blender cannot list afterwards: the functions that make it are wrapped before the extension is loaded."""

import threading

import bpy


class Watchers:
    """Timers, draw handlers, message-bus subscriptions, and the places that made other things."""

    def __init__(self, places):
        self._places = places
        self.timers = []
        self.draw_handlers = {}
        self.subscriptions = []
        self.made_at = {}
        self._restore = []
        self._wrap_timers()
        self._wrap_draw_handlers()
        self._wrap_message_bus()
        self._wrap_previews()
        self._wrap_threads()

    def restore(self):
        """Put the functions of Blender back."""
        for owner, name, function in self._restore:
            if function is None:
                delattr(owner, name)
            else:
                setattr(owner, name, function)

    def _replace(self, owner, name, function, original):
        self._restore.append((owner, name, original))
        setattr(owner, name, function)

    def _wrap_timers(self):
        original = bpy.app.timers.register

        def register(function, *arguments, **keywords):
            self.timers.append((function, self._places.of_caller()))
            return original(function, *arguments, **keywords)

        self._replace(bpy.app.timers, "register", register, original)

    def _wrap_draw_handlers(self):
        # The functions are methods of `Space`; each type of editor gets its own.
        editors = [
            getattr(bpy.types, name) for name in dir(bpy.types) if name[:5] == "Space" != name
        ]
        for cls in [*editors, bpy.types.WindowManager]:
            is_cursor = cls is bpy.types.WindowManager
            names = ("draw_cursor_add", "draw_cursor_remove")
            names = names if is_cursor else ("draw_handler_add", "draw_handler_remove")
            if all(hasattr(cls, name) for name in names):
                self._wrap_pair(cls, *names)

    def _wrap_pair(self, cls, add, remove):
        add_original, remove_original = getattr(cls, add), getattr(cls, remove)

        def add_handler(function, *arguments):
            handle = add_original(function, *arguments)
            self.draw_handlers[id(handle)] = (
                handle,
                cls.__name__,
                function,
                self._places.of_caller(),
            )
            return handle

        def remove_handler(handle, *arguments):
            result = remove_original(handle, *arguments)
            self.draw_handlers.pop(id(handle), None)
            return result

        for name, function in ((add, add_handler), (remove, remove_handler)):
            self._replace(cls, name, staticmethod(function), None)

    def _wrap_message_bus(self):
        subscribe, clear = bpy.msgbus.subscribe_rna, bpy.msgbus.clear_by_owner

        def subscribe_rna(**keywords):
            result = subscribe(**keywords)
            owner, notify = keywords.get("owner"), keywords.get("notify")
            self.subscriptions.append((owner, notify, self._places.of_caller()))
            return result

        def clear_by_owner(owner):
            result = clear(owner)
            # Blender compares owners by identity.
            self.subscriptions = [item for item in self.subscriptions if item[0] is not owner]
            return result

        self._replace(bpy.msgbus, "subscribe_rna", subscribe_rna, subscribe)
        self._replace(bpy.msgbus, "clear_by_owner", clear_by_owner, clear)

    def _wrap_previews(self):
        from bpy.utils import previews

        original = previews.new

        def new():
            collection = original()
            self.made_at["previews", str(getattr(collection, "_uuid", ""))] = (
                self._places.of_caller()
            )
            return collection

        self._replace(previews, "new", new, original)

    def _wrap_threads(self):
        original = threading.Thread.start

        def start(thread):
            self.made_at["threads", id(thread)] = self._places.of_caller()
            return original(thread)

        self._replace(threading.Thread, "start", start, original)
