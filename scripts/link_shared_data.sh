#!/bin/sh
# An editable install carries no data files: links them into the environment, so that JupyterLab finds the extension.
set -eu
environment=$1
link() {
    mkdir -p "$(dirname "$2")"
    ln -sfn "$PWD/$1" "$2"
}
link labextension/dist "$environment/share/jupyter/labextensions/@aispace/labextension"
link server_extension/jupyter-config/aispace.json "$environment/etc/jupyter/jupyter_server_config.d/aispace.json"
link widgets/ipython-config/ipython_config.py "$environment/etc/ipython/ipython_config.py"
