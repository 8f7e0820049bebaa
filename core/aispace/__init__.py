"""AI Space: the whole life of a model in JupyterLab."""


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where ``jupyter builder develop`` finds the built front end of this checkout."""
    return [{"src": "../../labextension/dist", "dest": "@aispace/labextension"}]
