import type { Target } from "../../policy/types.ts";
import { isName } from "../../policy/values/name.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import { groupOf } from "../group.ts";
import type { Manifest } from "../manifests.ts";
import { forEachUnspoken, keepNative, lost, type Reading, unrelated } from "../reading.ts";
import type { Cited, Sketch } from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets, gatewaysIn } from "../targets.ts";
import { at, entriesOf, itemsOf, wordOf } from "../tree.ts";
import { noTelemetry, readPlugin, telemetryPlugins } from "./kong-plugins.ts";

const group = "configuration.konghq.com";

/** Gateways that Kong serves, by the controller of their class, or by the class's usual name. */
const kongGateways = (all: readonly Manifest[]): readonly Manifest[] => {
  const classes = all
    .filter(
      ({ kind, root }) =>
        kind === "GatewayClass" && /(?:^|\.)konghq\.com\//.test(wordOf(at(root, "spec", "controllerName")) ?? ""),
    )
    .map(({ name }) => name);
  return gatewaysIn(all).filter(({ root }) => {
    const name = wordOf(at(root, "spec", "gatewayClassName")) ?? "";
    return classes.includes(name) || (classes.length === 0 && /^kong/.test(name));
  });
};

const globalTargets = (reading: Reading, anchor: YamlNode): readonly Cited<Target>[] => {
  const asked = askedTargets(reading, anchor, "global in Kong; for the targets that were named");
  if (asked.length > 0) return asked;
  return kongGateways(reading.all).map(({ namespace, name }) =>
    reading.cite<Target>({ kind: "Gateway", namespace, name }, anchor, {
      how: "changed",
      why: "global in Kong; every Gateway of Kong among the files",
    }),
  );
};

/** Who names a plugin in its annotation, in the plugin's namespace or with it. */
const boundBy = (reading: Reading): readonly Manifest[] =>
  reading.all.filter((other) => {
    if (reading.manifest.name === "" || !isName(other.name, "subdomain")) return false;
    const written = wordOf(at(other.root, "metadata", "annotations", "konghq.com/plugins")) ?? "";
    return written
      .split(",")
      .map((each) => each.trim())
      .some(
        (each) =>
          each === `${reading.manifest.namespace}:${reading.manifest.name}` ||
          (each === reading.manifest.name &&
            (other.namespace === reading.manifest.namespace || reading.manifest.kind === "KongClusterPlugin")),
      );
  });

const nameOf = (manifest: Manifest, plugin: string): string =>
  isName(manifest.name, "subdomain") ? manifest.name : `kong-${plugin}`;

const readObject = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const pluginNode = at(manifest.root, "plugin");
  const plugin = wordOf(pluginNode) ?? "";
  if (!telemetryPlugins.includes(plugin)) {
    noTelemetry(reading, manifest.root, plugin === "" ? "without a name" : plugin);
    return [];
  }
  const anchor = pluginNode ?? manifest.root;
  const global = wordOf(at(manifest.root, "metadata", "labels", "global")) === "true";
  const isGlobal = manifest.kind === "KongClusterPlugin" && global;
  if (isGlobal)
    reading.note(at(manifest.root, "metadata", "labels", "global"), {
      outcome: "changed",
      why: "a policy names its Gateways",
    });
  const bound = boundBy(reading);
  const asked = askedTargets(reading, anchor, "the targets that were named");
  const gateways = bound.filter(({ kind }) => kind === "Gateway");
  const targets = isGlobal
    ? globalTargets(reading, anchor)
    : asked.length > 0
      ? asked
      : gateways.map(({ namespace, name }) =>
          reading.cite<Target>({ kind: "Gateway", namespace, name }, anchor, {
            how: "changed",
            why: "the Gateway's annotation names it",
          }),
        );
  const from = at(manifest.root, "configFrom");
  keepNative(reading, from, "configuration in a Secret is not read");
  keepNative(reading, at(manifest.root, "configPatches"), "configuration in a Secret is not read");
  const blocks = readPlugin(reading, plugin, at(manifest.root, "config"), anchor);
  for (const field of ["protocols", "run_on", "ordering", "instance_name", "tags", "disabled"])
    unrelated(reading, at(manifest.root, field), "how Kong runs the plugin");
  if (blocks === null) return [];
  forEachUnspoken(reading, pluginNode, { outcome: "carried", why: "as the signals that the plugin is about" });
  const routes = bound.filter(({ kind }) => kind !== "Gateway");
  const wanted = isGlobal
    ? "every Gateway that Kong serves"
    : routes.length > 0
      ? `${routes.map(({ title }) => title).join(", ")} (a policy attaches to Gateways and Namespaces)`
      : "whatever names the plugin in its annotation, which is not among the files";
  return [
    {
      namespace: targets[0]?.value.namespace ?? manifest.namespace,
      name: nameOf(manifest, plugin),
      targets,
      createdAt: manifest.createdAt,
      from: `Kong ${manifest.title} (${plugin})`,
      wanted,
      ...blocks,
    },
  ];
};

const readList = (reading: Reading, list: YamlNode | null, scope: string | null): readonly Sketch[] =>
  itemsOf(list).flatMap((item) => {
    const nameNode = at(item, "name");
    const plugin = wordOf(nameNode) ?? "";
    const anchor = nameNode ?? item;
    if (!telemetryPlugins.includes(plugin)) {
      noTelemetry(reading, item, plugin);
      return [];
    }
    const bound = ["service", "route", "consumer", "consumer_group"].find((field) => at(item, field) !== null);
    const narrow =
      scope ??
      (bound === undefined ? null : `${bound} ${wordOf(at(item, bound, "name")) ?? wordOf(at(item, bound)) ?? ""}`);
    if (narrow !== null && reading.options.targets.length === 0) {
      lost(reading, item, `bound to ${narrow}: a policy attaches to Gateways and Namespaces; name one with --target`);
      return [];
    }
    const targets = globalTargets(reading, anchor);
    const blocks = readPlugin(reading, plugin, at(item, "config"), anchor);
    for (const field of ["enabled", "protocols", "tags", "id", "instance_name", "ordering"])
      unrelated(reading, at(item, field), "how Kong runs the plugin");
    if (bound !== undefined) lost(reading, at(item, bound), "a policy governs a whole target");
    if (blocks === null) return [];
    forEachUnspoken(reading, nameNode, { outcome: "carried", why: "as the signals that the plugin is about" });
    return [
      {
        namespace: targets[0]?.value.namespace ?? reading.manifest.namespace,
        name: `kong-${plugin}`,
        targets,
        createdAt: null,
        from: `Kong plugin ${plugin}`,
        wanted: "every Gateway that Kong serves",
        ...blocks,
      },
    ];
  });

const readDeclarative = (reading: Reading): readonly Sketch[] => {
  const { root } = reading.manifest;
  const sketches = [...readList(reading, at(root, "plugins"), null)];
  for (const kind of ["services", "routes", "consumers", "consumer_groups"])
    for (const item of itemsOf(at(root, kind))) {
      const scope = `${kind.slice(0, -1)} ${wordOf(at(item, "name")) ?? ""}`;
      sketches.push(...readList(reading, at(item, "plugins"), scope));
      for (const route of itemsOf(at(item, "routes")))
        sketches.push(...readList(reading, at(route, "plugins"), `route ${wordOf(at(route, "name")) ?? ""}`));
    }
  aroundPlugins(reading, root);
  return sketches;
};

/** All but the plugins, whose unknown fields must not pass for something else. */
const aroundPlugins = (reading: Reading, node: YamlNode): void => {
  for (const [key, value] of entriesOf(node)) {
    if (key === "plugins") continue;
    if (["services", "routes", "consumers", "consumer_groups"].includes(key))
      for (const item of itemsOf(value)) aroundPlugins(reading, item);
    else forEachUnspoken(reading, value, { outcome: "unrelated", why: "no telemetry: what Kong routes and how" });
  }
};

/** A plugin's example in Kong's documentation: its configuration, and words around it. The name is that of the file, or what the fields are of. */
const examplePlugin = ({ root, file, kind }: Manifest): string | null => {
  const config = at(root, "config");
  if (kind !== "" || config === null || config.kind !== "map" || at(root, "tools") === null) return null;
  const has = (field: string): boolean => at(config, field) !== null;
  if (has("traces_endpoint") || has("access_logs") || has("sampling_strategy")) return "opentelemetry";
  const base = file.slice(file.lastIndexOf("/") + 1);
  const named = [...telemetryPlugins]
    .sort((a, b) => b.length - a.length)
    .find((name) => base.startsWith(name) || file.includes(`/${name}/`));
  if (named !== undefined) return named;
  if (has("http_endpoint")) return has("sample_ratio") ? "zipkin" : "http-log";
  return null;
};

const readExample = (reading: Reading, plugin: string): readonly Sketch[] => {
  const { root } = reading.manifest;
  const config = at(root, "config");
  const anchor = at(root, "title") ?? config ?? root;
  const targets = globalTargets(reading, anchor);
  const blocks = readPlugin(reading, plugin, config, anchor);
  if (blocks === null) return [];
  return [
    {
      namespace: targets[0]?.value.namespace ?? reading.manifest.namespace,
      name: `kong-${plugin}`,
      targets,
      createdAt: null,
      from: `Kong plugin ${plugin}, an example without a scope`,
      wanted: "every Gateway that Kong serves",
      ...blocks,
    },
  ];
};

const isDeclarative = ({ kind, root }: Manifest): boolean => kind === "" && at(root, "_format_version") !== null;

export const kong: Source = {
  name: "Kong",
  reads: (manifest) =>
    (groupOf(manifest) === group && ["KongPlugin", "KongClusterPlugin"].includes(manifest.kind)) ||
    isDeclarative(manifest) ||
    examplePlugin(manifest) !== null,
  read: (reading) => {
    if (reading.manifest.kind !== "") return readObject(reading);
    if (isDeclarative(reading.manifest)) return readDeclarative(reading);
    const plugin = examplePlugin(reading.manifest);
    return plugin === null ? [] : readExample(reading, plugin);
  },
};
