#!/bin/sh
# stage_by_hand.sh [EMULATOR...] STAGE: the stage is an installed file that somebody may start by hand. It ends
# with status 1, and does nothing before.
set -u

# In a session of its own, which is all that it could signal by mistake.
setsid --wait "$@" </dev/null
status=$?
if [ $status != 1 ]; then
    echo "it ended with status $status" >&2
    exit 1
fi
