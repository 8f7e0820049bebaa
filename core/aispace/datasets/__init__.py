"""Datasets: samples, annotations, versions."""
