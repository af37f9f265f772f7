#!/bin/sh
# Never answers, and waits in a grandchild, which a kill of the shell alone would leave behind.
sleep 600
echo "unreachable"
