"""The verbs: what can be done with a scenario or a recording. Each gives a `Result`."""
