"""Rules for manifests, packages and source folders, and the engine that runs them.

`extery.rules.registry` lists every rule, `extery.rules.engine` runs those of a scope. The same rules run
on an author's machine, in a repository and on the website.
"""

#: Increment when a rule, a limit or the meaning of a code changes: stored results are then dropped, and
#: the packages are checked again.
REVISION = 16
