import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Container, runContainer } from "./crun.ts";
import type { Manifest } from "./helm.ts";
import type { Image } from "./images.ts";
import { at } from "./policies.ts";

/** A pod of a rendered manifest, run here as kubelet would run it: same users, mounts, limits, environment. */
export type Pod = {
  /** The first of its containers. */
  readonly main: Container;
  /** Any of them, by its name. */
  readonly container: (name: string) => Container;
  /** Starts one that has ended once more, as kubelet does. */
  readonly restart: (name: string) => Promise<Container>;
  /** Replaces what ConfigMap volumes hold, as kubelet does: all files at once, by one rename. */
  readonly setConfigMap: (name: string, data: { readonly [file: string]: string }) => void;
  readonly stop: () => Promise<void>;
};

type Mount = { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean };
type ContainerTemplate = {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts?: readonly Mount[];
};
type Volume = { readonly name: string };

let serial = 0;

/** Starts the pod of the one workload called `name`. `imageOf` answers for what a container's image names. */
export const startPod = async (
  manifests: readonly Manifest[],
  name: string,
  imageOf: (reference: string) => Image,
): Promise<Pod> => {
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-pod-"));
  chmodSync(folder, 0o755);
  const workload = manifests.find(
    ({ kind, metadata }) => (kind === "DaemonSet" || kind === "Deployment") && metadata.name === name,
  );
  const pod = at(workload, "spec", "template", "spec");
  const data = new Map<string, { readonly [file: string]: string }>(
    manifests
      .filter(({ kind }) => kind === "ConfigMap")
      .map((map) => [map.metadata.name, at(map, "data") as { readonly [file: string]: string }]),
  );
  const volumes = at(pod, "volumes") as readonly Volume[];
  const security = at(pod, "securityContext");
  assert.equal(at(security, "runAsNonRoot"), true);
  const uid = Number(at(security, "runAsUser"));
  const gid = Number(at(security, "fsGroup"));

  const projections: { readonly folder: string; readonly sources: readonly string[] }[] = [];
  for (const volume of volumes) {
    const place = join(folder, volume.name);
    mkdirSync(place);
    const sources = sourcesOf(volume);
    if (sources === null) {
      // As kubelet makes an emptyDir: root's, open to all, with the group of fsGroup.
      chownSync(place, 0, gid);
      chmodSync(place, 0o2777);
      continue;
    }
    projections.push({ folder: place, sources });
    project(place, sources, data);
  }

  const hosts = join(folder, "hosts");
  writeFileSync(hosts, "127.0.0.1 localhost\n::1 localhost\n");

  const start = (template: ContainerTemplate, network: string | null): Container => {
    const image = imageOf(template.image);
    const memory = at(template, "resources", "limits", "memory");
    assert.equal(at(template, "securityContext", "readOnlyRootFilesystem"), true, template.name);
    assert.equal(at(template, "securityContext", "allowPrivilegeEscalation"), false, template.name);
    assert.deepEqual(at(template, "securityContext", "capabilities"), { drop: ["ALL"] }, template.name);
    serial += 1;
    return runContainer(`otel-policy-${process.pid}-${serial}`, folder, {
      root: image.root,
      readonlyRoot: true,
      args: [...image.entrypoint, ...(template.args ?? image.cmd)],
      env: [...image.env, ...(template.env ?? []).map(({ name: key, value }) => `${key}=${value}`)],
      cwd: image.workingDir || "/",
      uid,
      gid,
      mounts: [
        // kubelet gives every container one.
        { from: hosts, to: "/etc/hosts", readOnly: true },
        ...(template.volumeMounts ?? []).map(({ name: volume, mountPath, readOnly }) => ({
          from: join(folder, volume),
          to: mountPath,
          readOnly: readOnly === true,
        })),
      ],
      memoryBytes: typeof memory === "string" ? Number(memory.replace("Mi", "")) * 1024 * 1024 : null,
      network,
    });
  };

  for (const template of (at(pod, "initContainers") ?? []) as readonly ContainerTemplate[]) {
    const container = start(template, null);
    container.started.catch(() => {}); // it may be through before anybody looks
    assert.equal(await container.ended, 0, `init container ${template.name}:\n${container.log()}`);
  }
  const templates = at(pod, "containers") as readonly ContainerTemplate[];
  const running = new Map<string, Container>();
  const startNamed = (wanted: string, network: string | null): Container => {
    const container = start(templates.find((one) => one.name === wanted) ?? assert.fail(wanted), network);
    running.set(wanted, container);
    return container;
  };
  const named = (wanted: string): Container => running.get(wanted) ?? assert.fail(wanted);
  /** Of the first container that runs, other than this one: they are all in the same. */
  const networkOf = (but: string): string =>
    `/proc/${[...running].flatMap(([one, container]) => (one === but ? [] : (container.pid() ?? [])))[0]}/ns/net`;
  const [first, ...more] = templates.map((one) => one.name);
  const main = startNamed(first ?? assert.fail("no container"), null);
  if (more.length > 0) await main.started;
  for (const one of more) await startNamed(one, networkOf(one)).started;
  return {
    main,
    container: named,
    restart: async (wanted) => {
      await named(wanted).ended;
      const container = startNamed(wanted, networkOf(wanted));
      await container.started;
      return container;
    },
    setConfigMap: (map, files) => {
      data.set(map, files);
      for (const { folder: place, sources } of projections) if (sources.includes(map)) project(place, sources, data);
    },
    stop: async () => {
      for (const container of running.values()) container.kill("KILL");
      await Promise.all([...running.values()].map((container) => container.ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** ConfigMaps of a volume, or null for an emptyDir. */
const sourcesOf = (volume: Volume): readonly string[] | null => {
  const projected = at(volume, "projected", "sources");
  if (Array.isArray(projected)) return projected.map((source) => String(at(source, "configMap", "name")));
  const one = at(volume, "configMap", "name");
  if (one !== undefined) return [String(one)];
  assert.ok(at(volume, "emptyDir") !== undefined, `volume ${volume.name} is of a kind this cannot make`);
  return null;
};

const project = (
  place: string,
  sources: readonly string[],
  data: ReadonlyMap<string, { readonly [file: string]: string }>,
): void => {
  serial += 1;
  const stamp = `..2026_01_01_00_00_00.${serial}`;
  mkdirSync(join(place, stamp));
  const files = sources.flatMap((source) => Object.entries(data.get(source) ?? {}));
  for (const [file, text] of files) writeFileSync(join(place, stamp, file), text);
  symlinkSync(stamp, join(place, "..data_tmp"));
  renameSync(join(place, "..data_tmp"), join(place, "..data"));
  for (const [file] of files) if (!existsSync(join(place, file))) symlinkSync(join("..data", file), join(place, file));
};
