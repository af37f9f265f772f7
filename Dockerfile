# The agent and its Collector in one image: no shell, not root. Built from this tree; nothing ready-made is downloaded
# but the base images, Go modules and npm packages that the lock files name.

FROM golang:1.26-bookworm AS collector
WORKDIR /src
COPY otelcol/lean/ ./
RUN CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags="-s -w" -o /otelcol-contrib .

FROM node:24-bookworm-slim AS bundle
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY scripts/bundle.ts scripts/
COPY src/ src/
RUN npm run bundle

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
COPY --from=collector /otelcol-contrib /usr/local/bin/otelcol-contrib
COPY --from=bundle /src/dist/ dist/
COPY package.json LICENSE ./
COPY templates/ templates/
COPY samples/ samples/
ENV NODE_ENV=production
# OTLP over gRPC and HTTP; probes, metrics and status of the agent.
EXPOSE 4317 4318 13134
# /run/otel-policy must be writable and private: a tmpfs or an emptyDir.
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/otel-policy.js"]
CMD ["agent", "--policy-dir", "/etc/otel-policy", "--run-dir", "/run/otel-policy", "--listen", "0.0.0.0:13134"]
