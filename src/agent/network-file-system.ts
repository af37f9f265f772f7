import { statfs } from "node:fs/promises";

/**
 * File systems whose files change without this machine's kernel being told (statfs(2), linux/magic.h), so that it tells
 * nobody: what another machine, or the host of a virtual one, writes.
 */
const names: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x01021997, "9P"],
  [0x65735546, "FUSE or virtiofs"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x786f4256, "a shared folder of VirtualBox"],
  [0xbacbacbc, "a shared folder of VMware"],
  [0x0bd00bd0, "Lustre"],
  [0x19830326, "BeeGFS"],
  [0x01161970, "GFS2"],
  [0x7461636f, "OCFS2"],
]);

/** Of statfs(2); null: it cannot be asked. */
export type FileSystemOf = (path: string) => Promise<number | null>;

const fileSystemOf: FileSystemOf = (path) =>
  statfs(path).then(
    ({ type }) => type >>> 0,
    () => null,
  );

/** What kind of network file system a path is on; null: none that is known. */
export const networkFileSystem = async (path: string, ask: FileSystemOf = fileSystemOf): Promise<string | null> =>
  names.get((await ask(path)) ?? 0) ?? null;
