#!/bin/bash
# A Collector as somebody else runs it, for a config with the word DIES_OF_IT in it: it ends in order on reading that, as
# the real one does of a config that it cannot run, and at each start with it. Any other config is the real one's.
config=${1:?}
grep -q DIES_OF_IT "$config" && exit 1
"${REAL_COLLECTOR:?}" "--config=file:$config" &
child=$!
hup() {
  if grep -q DIES_OF_IT "$config"; then kill -TERM $child; else kill -HUP $child; fi
}
trap hup HUP
trap 'kill -TERM $child' TERM
while kill -0 $child 2>/dev/null; do wait $child; done
exit 1
