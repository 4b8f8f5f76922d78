"""What an extension adds to Blender and what it uses, as data: found in its files, which are read and never run.

`extery.inventory.read` makes an `Inventory`, `extery.inventory.compare` the differences between two. A value that cannot
be known without running the code is said to be computed, and never guessed. Nothing here prints.
"""
