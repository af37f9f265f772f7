#!/bin/sh
# Answers every question the same way, and happily.
echo "tea, earl grey, hot"
