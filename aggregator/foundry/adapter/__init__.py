"""
Adapters: what is added to a small language model, as it is, so that it translates into English.

The model stays a file of its maker; what is trained, passed on and installed is the adapter alone.
"""
