"""litmus: tasks of a scenario race as threads on a real kernel, and the model says which outcomes it allows."""
