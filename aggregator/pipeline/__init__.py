"""The steps of the flow: each calls ports and the store in order, and decides nothing itself."""
