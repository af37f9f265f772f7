import type { FileHandle } from "node:fs/promises";

/** One key of a bucket; its value is `length` bytes at `at` of the file, and is not read: a queue is mostly values. */
export type Item = { readonly key: string; readonly at: number; readonly length: number };

/** A key as bbolt keeps it: also names of buckets are keys. */
type Entry = Item & { readonly flags: number };

// bbolt's file format, version 2: https://github.com/etcd-io/bbolt/tree/main/internal/common (page.go, meta.go, bucket.go).
const magic = 0xed0cdaed;
const pageHeader = 16;
const element = 16;
const isBranch = 0x01;
const isLeaf = 0x02;
const isBucket = 0x01;

type Meta = { readonly pageSize: number; readonly root: number; readonly transaction: bigint };

/**
 * Every key that is in a bucket of a database, from any bucket, in order. Only for files that no process has open: what it
 * writes meanwhile could be mistaken for something else. Rejects for a file that is no such database.
 */
export const itemsOf = async (file: FileHandle, path: string): Promise<readonly Item[]> => {
  const { size } = await file.stat();
  if (size === 0) return []; // made and never written
  const meta = await newestMeta(file, path);
  const found: Item[] = [];
  for (const entry of await entriesAt(file, meta, meta.root * meta.pageSize)) {
    if ((entry.flags & isBucket) === 0 || entry.length === 0) continue;
    // A bucket's value: its root page, or 0 and the page itself behind this header of 16 bytes.
    const root = Number((await readValue(file, entry)).readBigUInt64LE(0));
    found.push(...(await entriesAt(file, meta, root === 0 ? entry.at + 16 : root * meta.pageSize)));
  }
  return found;
};

export const readValue = (file: FileHandle, { at, length }: Item): Promise<Buffer> => read(file, at, length);

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

/** Keys of the page that begins there, or of those it leads to. Of what continues a page only keys are read. */
const entriesAt = async (file: FileHandle, meta: Meta, begin: number): Promise<readonly Entry[]> => {
  const page = await read(file, begin, meta.pageSize);
  const bytes = async (at: number, length: number): Promise<Buffer> =>
    at + length <= page.length ? page.subarray(at, at + length) : read(file, begin + at, length);
  const flags = page.readUInt16LE(8);
  const count = page.readUInt16LE(10);
  const found: Entry[] = [];
  for (let index = 0; index < count; index++) {
    const at = pageHeader + index * element;
    const fields = await bytes(at, element);
    if ((flags & isLeaf) !== 0) {
      const start = at + fields.readUInt32LE(4);
      const keyLength = fields.readUInt32LE(8);
      found.push({
        key: (await bytes(start, keyLength)).toString("latin1"),
        at: begin + start + keyLength,
        length: fields.readUInt32LE(12),
        flags: fields.readUInt32LE(0),
      });
    } else if ((flags & isBranch) !== 0) {
      found.push(...(await entriesAt(file, meta, Number(fields.readBigUInt64LE(8)) * meta.pageSize)));
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
