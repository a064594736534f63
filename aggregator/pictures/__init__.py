"""An outlet's picture made anew: small, plain, and nothing in it but pixels."""
