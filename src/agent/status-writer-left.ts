import type { Json } from "../base/canonical.ts";
import type { PolicyId } from "../policy/types.ts";
import { controllerName } from "../resolve/status.ts";
import type { ApiServer } from "./status-writer-api.ts";

const perPage = 50;

type Entry = { readonly [key: string]: Json };
const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const at = (value: unknown, key: string): Json | undefined => (isEntry(value) ? value[key] : undefined);
const listAt = (value: unknown, key: string): readonly Json[] => {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
};

/**
 * Policies of one place whose status has entries of ours that this very installation wrote: of an agent before us, whose
 * policies may be gone. Null where nothing can be listed.
 */
export const writtenBefore = async (api: ApiServer, apiVersion: string): Promise<readonly PolicyId[] | null> => {
  const manager = await api.manager();
  const found: PolicyId[] = [];
  for (let more = ""; ; ) {
    const page = more === "" ? "" : `&continue=${encodeURIComponent(more)}`;
    const { status, body } = await api.get(`/apis/${apiVersion}/telemetrypolicies?limit=${perPage}${page}`);
    if (status === 404) return []; // this dialect is not served
    if (status !== 200) return null;
    for (const item of listAt(body, "items")) {
      const metadata = at(item, "metadata");
      const ours = listAt(at(item, "status"), "ancestors").some(
        (entry) => at(entry, "controllerName") === controllerName,
      );
      const byUs = listAt(metadata, "managedFields").some(
        (entry) => at(entry, "manager") === manager && at(entry, "subresource") === "status",
      );
      if (ours && byUs) found.push(`${String(at(metadata, "namespace"))}/${String(at(metadata, "name"))}`);
    }
    const next = at(at(body, "metadata"), "continue");
    if (typeof next !== "string" || next === "") return found;
    more = next;
  }
};
