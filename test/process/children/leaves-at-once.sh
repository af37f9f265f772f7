#!/bin/sh
# Ends with code 0 though nobody asked it to.
exit 0
