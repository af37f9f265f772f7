#!/bin/sh
# Stops when asked to, with the code given in LEAVE_WITH.
trap 'echo "leaving" >&2; exit "${LEAVE_WITH:-0}"' TERM
echo "here" >&2
while :; do sleep 0.05; done
