"""Bytes: content addressed blobs, manifests, read-only trees, uploads, archives."""
