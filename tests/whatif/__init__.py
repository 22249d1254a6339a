"""What-ifs: one lock or one re-check less each, so that a scenario can fail."""
