"""Tests of packages in real Blenders, as ``extery test`` makes them; off unless ``EXTERY_TEST_BLENDERS`` is set.

A worker for the queue ``blender`` makes them (`tasks`, `planning`, `running`). The verdict is stored as `catalog.BlenderTest`, which the
catalogue and the tables of compatibility read; states and logs are `models.BlenderRun`, on the pages of this app.
"""
