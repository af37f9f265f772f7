import type { Json } from "../base/canonical.ts";
import { jsonAt } from "../base/json-at.ts";
import type { PolicyId } from "../policy/types.ts";
import { controllerName } from "../resolve/status.ts";
import type { ApiServer } from "./status-writer-api.ts";

const perPage = 50;

const listAt = (value: unknown, key: string): readonly Json[] => {
  const list = jsonAt(value, key);
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
      const metadata = jsonAt(item, "metadata");
      const ours = listAt(jsonAt(item, "status"), "ancestors").some(
        (entry) => jsonAt(entry, "controllerName") === controllerName,
      );
      const byUs = listAt(metadata, "managedFields").some(
        (entry) => jsonAt(entry, "manager") === manager && jsonAt(entry, "subresource") === "status",
      );
      if (ours && byUs) found.push(`${String(jsonAt(metadata, "namespace"))}/${String(jsonAt(metadata, "name"))}`);
    }
    const next = jsonAt(jsonAt(body, "metadata"), "continue");
    if (typeof next !== "string" || next === "") return found;
    more = next;
  }
};
