"""
Tilshi's library: from feeds to an English digest.

It knows neither Celery nor the environment.
"""
