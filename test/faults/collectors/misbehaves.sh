#!/bin/sh
# The real Collector, but for configs with a certain word in them: NEVER_HEALTHY does nothing, IGNORES_TERM does not end
# when asked to, FLOODS writes 30 MB to stderr, DIES_LATER is killed a second after its start, NEVER_STARTS ends at once.
# `validate` is the real one's, but for REFUSED.
. "$(dirname "$0")/../../process/children/waits-at-gate.sh"
config=
for word in "$@"; do
  case $word in --config=file:*) config=${word#--config=file:} ;; esac
done
has() { [ "$1" != validate ] && grep -q "$2" "$config"; }
if grep -q REFUSED "$config"; then echo "Error: refused" >&2; exit 1; fi
if has "$1" NEVER_STARTS; then echo "Error: it does not start" >&2; exit 1; fi
if has "$1" NEVER_HEALTHY; then exec sleep 600; fi
if has "$1" FLOODS; then (yes 'flood: the same line again and again and again and again and again' | head -c 30000000 >&2) & fi
if has "$1" DIES_LATER; then (sleep 1; kill -9 $$) & fi
if has "$1" IGNORES_TERM; then
  trap '' TERM
  "${REAL_COLLECTOR:?}" "$@" &
  while :; do sleep 1; done
fi
exec "${REAL_COLLECTOR:?}" "$@"
