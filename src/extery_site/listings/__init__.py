"""The listings that Blender subscribes to, and downloads of the packages in them.

From an event to a response, in this order:

- `event_handler` updates the rows (`models`) when an event changes what listings show;
- `entries` renders the entry of one package, once, for its row;
- `changes` reads the rows of extensions that changed since a revision;
- `snapshot` holds all extensions of a revision in memory;
- `chunks` renders and compresses consecutive extensions of a snapshot for one class of systems;
- `document` joins the chunks to the JSON document of that class, with its entity tags;
- `cache` keeps the current snapshot and its documents;
- `middleware` answers requests from the cache, and states how long clients may cache the answer.
"""
