import { cp, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The two samples `dev` opens with, as the names their copies get. */
const opening = ["01-draft-example", "02-model-metrics"] as const;

/**
 * A folder of policies the user may edit: copies of two samples, made only when the folder is not there yet. Edits of an
 * earlier run are kept.
 */
export const ownFolder = async (folder: string): Promise<{ readonly created: boolean }> => {
  if (await exists(folder)) return { created: false };
  const samples = join(packageRoot(), "samples");
  await mkdir(folder, { recursive: true });
  for (const name of opening) await cp(join(samples, name, "policy.yaml"), join(folder, `${name}.yaml`));
  return { created: true };
};
