#!/bin/sh
# Ends at once, as a Collector does whose port is taken.
echo "2026-11-25T01:25:59.110Z	error	graph/graph.go:454	Failed to start component	{\"resource\": {\"service.name\": \"otelcol\"}, \"error\": \"listen tcp 127.0.0.1:4317: bind: address already in use\", \"type\": \"Receiver\", \"id\": \"otlp\"}" >&2
echo 'Error: cannot start pipelines: failed to start "otlp" receiver: listen tcp 127.0.0.1:4317: bind: address already in use' >&2
exit 1
