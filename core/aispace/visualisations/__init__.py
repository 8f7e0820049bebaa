"""Visualisations: TensorBoard over the folders of training runs, as a workload with a page in the browser."""
