#!/bin/sh
# Prints the path of uv: the one on PATH, else one that is installed into .cache/uv with the first Python that can.
set -eu
command -v uv && exit 0
target=.cache/uv
if ! [ -x $target/bin/uv ]; then
    mkdir -p .cache
    made=
    for python in python3 "$(sh scripts/find_python.sh)" /usr/bin/python3; do
        rm -rf $target
        if "$python" -m venv $target >/dev/null 2>&1 && $target/bin/python -m pip install --quiet uv >&2; then
            made=yes
            break
        fi
    done
    if [ -z "$made" ]; then
        rm -rf $target
        sh scripts/system_packages.sh python3-venv >&2
        python3 -m venv $target && $target/bin/python -m pip install --quiet uv >&2
    fi
fi
echo "$PWD/$target/bin/uv"
