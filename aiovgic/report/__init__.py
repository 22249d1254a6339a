"""What is told: results as text. Nothing here decides, and nothing here writes anywhere."""
