#!/bin/sh
# Installs the named Debian packages that are missing; without root or apt it says which they are and fails.
set -u
missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 && exit 0
    apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null && exit 0
fi
echo "These system packages are needed and could not be installed:$missing" >&2
echo "Install them (on Debian as root: apt-get install$missing) and try again." >&2
exit 1
