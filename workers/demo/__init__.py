"""The demo's outlets: a small newspaper world of three days, served as real outlets would serve it."""
