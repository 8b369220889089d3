"""Time to use case: jobs as data, and the engine that runs what is due."""
