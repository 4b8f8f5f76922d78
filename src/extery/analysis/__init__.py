"""Static analysis of Python sources: what a module imports, calls, registers and assigns. Nothing is ever run.

Sources are hostile: a file can take a parser seconds, gigabytes or the whole process. They are parsed in child
processes with limits (`extery.analysis.pool`), which return plain data (`extery.analysis.facts`). Rules read that.
"""
