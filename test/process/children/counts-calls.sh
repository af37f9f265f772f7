#!/bin/sh
# Notes each call in CALLS, then answers like a Collector.
echo "$1" >> "$CALLS"
DIST_VERSION=0.158.0 CORE_VERSION=0.158.0 exec "$(dirname "$0")/speaks-as.sh" "$1"
