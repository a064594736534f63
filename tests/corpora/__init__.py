"""
Feeds and pages that other projects test with, fetched by package name.

They are read in their archives, never unpacked.
"""
