"""Feeds and pages that other projects test with, fetched by package name, read in their archives, never unpacked."""
