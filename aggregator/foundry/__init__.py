"""
The foundry: from parallel text to an installable Argos package.

An optional extra; nothing here runs in a worker.
"""
