import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * How many export requests a Collector left in the queues of a `file_storage` directory, by reading its files: the
 * process that wrote them is gone, and only another Collector would know. One bbolt database per exporter and signal,
 * one bucket in it, one key per request beside keys of the queue's own (exporterhelper, persistent_queue.go v0.158).
 * 0 for a directory that is not there. Rejects for a file that is no such database.
 */
export const requestsLeft = async (directory: string): Promise<number> => {
  let left = 0;
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.startsWith("exporter_") || name.endsWith(".backup")) continue;
    const file = await open(join(directory, name), "r");
    try {
      left += await requestsIn(file, join(directory, name));
    } finally {
      await file.close();
    }
  }
  return left;
};

// bbolt's file format, version 2: https://github.com/etcd-io/bbolt/tree/main/internal/common (page.go, meta.go, bucket.go).
const magic = 0xed0cdaed;
const pageHeader = 16;
const element = 16;
const isBranch = 0x01;
const isLeaf = 0x02;
const isBucket = 0x01;

type Meta = { readonly pageSize: number; readonly root: number; readonly transaction: bigint };

const requestsIn = async (file: FileHandle, path: string): Promise<number> => {
  const { size } = await file.stat();
  if (size === 0) return 0; // made and never written
  const meta = await newestMeta(file, path);
  const readAt = async (page: number): Promise<Buffer> => {
    const head = await read(file, page * meta.pageSize, pageHeader);
    return read(file, page * meta.pageSize, meta.pageSize * (1 + head.readUInt32LE(12)));
  };
  let left = 0;
  for (const { key, value, flags } of await entries(readAt, await readAt(meta.root))) {
    if ((flags & isBucket) === 0) continue;
    if (key.length === 0) continue;
    // A bucket's value: its root page, or 0 and the page itself behind this header of 16 bytes.
    const root = Number(value.readBigUInt64LE(0));
    const page = root === 0 ? value.subarray(16) : await readAt(root);
    for (const item of await entries(readAt, page)) if (/^\d+$/.test(item.key.toString("latin1"))) left += 1;
  }
  return left;
};

/** Two copies, written in turn: the newer whole one counts. */
const newestMeta = async (file: FileHandle, path: string): Promise<Meta> => {
  const first = metaAt(await read(file, 0, 80));
  const metas = [
    first,
    ...(await Promise.all([4096, 16_384, 65_536].map(async (at) => metaAt(await read(file, at, 80))))),
  ];
  const newest = metas
    .filter((meta) => meta !== null)
    .reduce<Meta | null>((best, meta) => (best === null || meta.transaction > best.transaction ? meta : best), null);
  if (newest === null) throw new Error(`${path} is no queue of a Collector`);
  return newest;
};

const metaAt = (page: Buffer): Meta | null => {
  if (page.length < 80 || page.readUInt32LE(16) !== magic) return null;
  const sum = page.readBigUInt64LE(72);
  if (sum !== 0n && sum !== fnv64a(page.subarray(16, 72))) return null;
  return {
    pageSize: page.readUInt32LE(24),
    root: Number(page.readBigUInt64LE(32)),
    transaction: page.readBigUInt64LE(64),
  };
};

/** FNV-1a, 64 bit: the check sum of a meta page. */
const fnv64a = (bytes: Uint8Array): bigint => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
};

type Entry = { readonly key: Buffer; readonly value: Buffer; readonly flags: number };

const entries = async (readAt: (page: number) => Promise<Buffer>, page: Buffer): Promise<readonly Entry[]> => {
  const flags = page.readUInt16LE(8);
  const count = page.readUInt16LE(10);
  const found: Entry[] = [];
  for (let index = 0; index < count; index++) {
    const at = pageHeader + index * element;
    if ((flags & isLeaf) !== 0) {
      const start = at + page.readUInt32LE(at + 4);
      const keySize = page.readUInt32LE(at + 8);
      const end = start + keySize + page.readUInt32LE(at + 12);
      found.push({
        key: page.subarray(start, start + keySize),
        value: page.subarray(start + keySize, end),
        flags: page.readUInt32LE(at),
      });
    } else if ((flags & isBranch) !== 0) {
      found.push(...(await entries(readAt, await readAt(Number(page.readBigUInt64LE(at + 8))))));
    }
  }
  return found;
};

/** What there is of these bytes. */
const read = async (file: FileHandle, at: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
};
