"""Text in films: numbers, equations and how they are set in type."""
