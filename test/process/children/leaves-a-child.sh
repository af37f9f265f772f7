#!/bin/sh
# Ends, but something it started keeps its stderr open.
sleep 600 &
echo "Error: left a child" >&2
exit 1
