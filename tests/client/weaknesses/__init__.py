"""What Extery does where Blender's own client is weak, one test or more for each known weakness.

Each test has the number of the weakness in its docstring: those of section 9 of the contract of Blender's client, and
``5.3/X`` for one of section X of its supplement. `test_every_weakness` counts them. The tests run the real commands against
servers on this computer; only clocks are replaced.
"""
