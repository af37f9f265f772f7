#!/bin/sh
# A Collector by its version, but not by its commands.
[ "$1" = "--version" ] && { echo "otelcol version 0.158.0"; exit 0; }
echo "Error: unknown command \"$1\"" >&2
exit 1
