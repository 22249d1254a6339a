"""What is written down: operations, schedules, findings, and traces."""
