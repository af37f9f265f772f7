#!/bin/sh
# Refuses to stop.
trap '' TERM INT
echo "Error: not going anywhere" >&2
while :; do sleep 1; done
