# syntax=docker/dockerfile:1
# Two images from this tree; nothing ready-made is taken but the three bases below, and what the lock files name.
#
#   docker build .                       the agent and a lean Collector: what the chart runs
#   docker build --target agent .        the agent alone: validate, render, migrate; a base for your own Collector
#   docker build --build-context collector=docker-image://docker.io/otel/opentelemetry-collector-contrib:0.158.0 .
#                                        the agent and the stock Collector, with every component there is
#
# Bases are arguments, so that a mirror, a pinned digest or a base made on the spot can stand in for each.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG GO_IMAGE=docker.io/library/golang:1.26-bookworm
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${NODE_IMAGE} AS bundle
WORKDIR /src
COPY package.json package-lock.json ./
# esbuild and the dependencies come as archives; no install script has to run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/ scripts/
COPY src/ src/
COPY templates/collector/ templates/collector/
COPY otelcol/lean/go.mod otelcol/lean/
RUN node scripts/bundle.ts && node scripts/sbom.ts dist/sbom.cdx.json && node scripts/licences.ts dist/LICENCES.txt

FROM ${RUNTIME_IMAGE} AS agent
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="otel-policy-agent" \
      org.opencontainers.image.description="Turns Gateway API TelemetryPolicies into running OpenTelemetry Collector pipelines" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY package.json LICENSE NOTICE ./
COPY templates/collector/ templates/collector/
COPY samples/ samples/
COPY --from=bundle /src/dist/ dist/
# Numeric, so that runAsNonRoot can be checked without reading /etc/passwd.
USER 65532:65532
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    OTEL_POLICY_DIR=/etc/otel-policy \
    OTEL_POLICY_RUN_DIR=/run/otel-policy/agent \
    OTEL_POLICY_LISTEN=0.0.0.0:13134
# OTLP over gRPC and over HTTP; Prometheus; probes, metrics and status of the agent.
EXPOSE 4317 4318 8889 13134
# The Collectors get the larger part of the container's memory (the agent sets their GOMEMLIMIT). The agent's own heap
# ends at 15 % of it, short-lived objects get 1 MiB instead of 16, malloc one arena, and nothing is compiled for speed,
# since no edit runs any code often enough to pay for that: with 100 policies 38 MB less than Node.js takes by itself,
# and after five edits 76 MB less. bench/agent-hundred.ts measures with these very flags.
ENTRYPOINT ["/nodejs/bin/node", "--max-old-space-size-percentage=15", "--max-semi-space-size=1", "--optimize-for-size", "--no-maglev", "--no-turbofan", "/app/dist/otel-policy.js"]
CMD ["help"]

# Whatever stands in for this stage has /otelcol-contrib.
FROM ${GO_IMAGE} AS collector
WORKDIR /src
COPY otelcol/lean/ ./
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=readonly
# Where a builder that has caches mounts them; the compiler's own places otherwise.
ARG GOMODCACHE
ARG GOCACHE
RUN go build -trimpath -buildvcs=false -ldflags="-s -w" -o /otelcol-contrib .
# The licence texts of every module that was linked in travel with the binary.
RUN go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' . | sort -u | \
    while read -r path version dir; do printf '\n==== %s %s\n\n' "$path" "$version"; cat "$dir"/LICEN[CS]E*; done >/LICENCES-collector.txt

FROM agent
# The stock image has no list of licences; a pattern may match nothing.
COPY --from=collector /otelcol-contrib /LICENCES-collector.tx[t] /app/collector/
ENV OTELCOL_BIN=/app/collector/otelcol-contrib
# /run/otel-policy has to be writable: a tmpfs or an emptyDir. The agent makes a private folder of its own in it, because
# a mounted one belongs to root.
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s \
  CMD ["/nodejs/bin/node", "/app/dist/otel-policy.js", "status"]
CMD ["agent"]
