#!/bin/sh
# Refuses every config, and says with which arguments and variables it was asked.
echo "Error: $* with ${WITNESS-nothing}" >&2
exit 1
