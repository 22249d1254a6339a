"""The catalogue: one historical bug a file, each a few layers over a revision."""
