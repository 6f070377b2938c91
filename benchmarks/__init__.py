"""How fast the project is, measured beside its peers; each module is a script."""
