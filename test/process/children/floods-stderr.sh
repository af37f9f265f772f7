#!/bin/sh
# 20,000 short lines, then one of a million characters, then the last words without a line end.
i=0
while [ $i -lt 200 ]; do
  head -c 3900 /dev/zero | tr '\0' x | fold -w 39 >&2
  echo >&2
  i=$((i + 1))
done
head -c 1000000 /dev/zero | tr '\0' y >&2
echo >&2
printf 'Error: drowned' >&2
exit 3
