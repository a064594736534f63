"""The operator's page: who is let in, what is shown, what can be done about it."""
