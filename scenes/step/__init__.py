"""What InsideTheStep is made of: the lines of a rule, and how each is shown."""
