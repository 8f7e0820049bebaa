"""Everything that consumes compute is a workload: states, queue, attempts, logs, metrics."""
