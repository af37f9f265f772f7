#!/bin/sh
# A Collector that also refuses configs with certain texts in them, by `validate` and at a start, as a component would
# that checks more than we know:
# REFUSED_ALONE by itself, with the path of the component it stands in; REFUSED_SECRETLY without any path;
# REFUSED_PAIR_A and REFUSED_PAIR_B only together. REFUSED_AT_START passes validate and ends at the start.
. "$(dirname "$0")/waits-at-gate.sh"
config=
for word in "$@"; do
  case $word in --config=file:*) config=${word#--config=file:} ;; esac
done
at=$(awk '/^[a-z]+:/ {section = $1} /^  [a-z_]+(\/[^:]*)?:/ {component = $1} /REFUSED_ALONE/ {sub(/:$/, "", section); sub(/:$/, "", component); print section "::" component; exit}' "$config")
if [ -n "$at" ]; then
  echo "Error: invalid configuration: $at: value is REFUSED_ALONE" >&2
  exit 1
fi
if grep -q REFUSED_SECRETLY "$config"; then
  echo "Error: something is not right" >&2
  exit 1
fi
if grep -q REFUSED_PAIR_A "$config" && grep -q REFUSED_PAIR_B "$config"; then
  echo "Error: these two cannot be together" >&2
  exit 1
fi
if [ "$1" != validate ] && grep -q REFUSED_AT_START "$config"; then
  echo "Error: cannot start pipelines: no luck today" >&2
  exit 1
fi
exec "${REAL_COLLECTOR:?}" "$@"
