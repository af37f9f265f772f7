/**
 * Real Envoys under real traffic, watched by `otel-policy dev`:
 *
 *   npm run demo:envoy [-- POLICIES [FLAGS OF dev]]
 *
 * One Envoy for each Gateway that the policies name, told what `explain --native` prints for it, in front of an upstream
 * that answers like a model server; a client sends requests of every kind. Without POLICIES: the two samples of `dev`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFiles } from "../src/cli/read-files.ts";
import { compile } from "../src/compile.ts";
import { defaultProfileNames } from "../src/dataplane/profiles.ts";
import { envoyGateway } from "../src/dataplane/envoy-gateway.ts";
import { sendAll } from "../test/envoy/support/client.ts";
import { type RunningEnvoy, startEnvoy, withEnvoy } from "../test/envoy/support/envoy.ts";
import { envoyGatewayProxy } from "../test/envoy/support/envoy-gateway.ts";
import { mixed } from "../test/envoy/support/mix.ts";
import { nativeDocuments, wishOf } from "../test/envoy/support/native.ts";
import { startUpstream } from "../test/envoy/support/upstream.ts";
import { builtInBase } from "../test/support/compile-text.ts";
import { freePorts } from "../test/support/free-port.ts";
