"""The parts of InsideTheStep: the lines of a rule, and how each is shown."""
