"""Kazakh and Russian into English, offline, with Argos packages."""
