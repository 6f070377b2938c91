"""`EvolutionError`: what a refused breeding raises."""


class EvolutionError(ValueError):
    """A breeding was refused; the message is one line: what is wrong, and what is allowed."""
