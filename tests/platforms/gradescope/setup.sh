#!/bin/bash
# Builds the image: installs the packages, and a user who may read little.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")/autoencoders
apt-get update
apt-get install -y python3 python3-venv libseccomp2
python3 -m venv /autograder/venv
/autograder/venv/bin/pip install --no-cache-dir -r "$here/requirements.txt"
useradd --system --no-create-home submission
bash "$here/tests/platforms/gradescope/protect.sh" "$here"
