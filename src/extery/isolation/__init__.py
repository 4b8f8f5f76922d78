"""Functions of ours that open untrusted bytes, in processes with limits, without network, files and secrets.

`client` is the side of the program that wants a result, `template` the process that is forked for each call, `job` what
runs in the fork, `confinement` what keeps it there. `linux` has the system calls, which `extery.author.testing` uses
too. Knows nothing of packages, images or Django.
"""
