"""The digest as pages: rendered here, served by an ASGI application or written to a folder."""
