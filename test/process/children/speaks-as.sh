#!/bin/sh
# A Collector distribution that calls itself DIST_VERSION and was built from core CORE_VERSION.
if [ "$1" = "--version" ]; then
  echo "acme-otel version ${DIST_VERSION}"
else
  cat <<YAML
buildinfo:
    command: acme-otel
    description: ours
    version: ${DIST_VERSION}
receivers:
    - name: otlp
      module: go.opentelemetry.io/collector/receiver/otlpreceiver v${CORE_VERSION}
      stability:
        logs: Stable
YAML
fi
