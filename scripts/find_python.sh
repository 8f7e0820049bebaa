#!/bin/sh
# Prints a Python >= 3.11. As root one that other uids can run (each user's server runs under a uid of his own),
# where there is one; any other else. Set PYTHON to choose one yourself.
set -u
candidates="${PYTHON:-} python3.14 python3.13 python3.12 python3.11 /usr/local/bin/python3 /usr/bin/python3 /usr/bin/python3.14 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11 python3"
test='
import os, stat, sys
if sys.version_info < (3, 11): sys.exit(1)
def passable(path):
    path = os.path.realpath(path)
    while True:
        if not os.stat(path).st_mode & stat.S_IXOTH: return False
        if path == os.path.dirname(path): return True
        path = os.path.dirname(path)
if len(sys.argv) > 1 and not (passable(sys.executable) and passable(os.path.dirname(os.__file__))): sys.exit(1)
print(os.path.realpath(sys.executable))
'
strict=
[ "$(id -u)" = 0 ] && strict=strict
for mode in $strict ""; do
    for candidate in $candidates; do
        "$candidate" -c "$test" $mode 2>/dev/null && exit 0
    done
done
echo "Python 3.11 or newer is needed and was not found. Install it, or name one: make PYTHON=/path/to/python3.12 ..." >&2
exit 1
