import { readValue } from "./bbolt.ts";
import { eachQueue, type QueueFile } from "./queue-files.ts";

/** The queue's own state (meta.proto of exporterhelper, v0.145–v0.158): numbers of 64 bits, each behind its tag. */
const stateKey = "qmv0";
const tags = { readIndex: 0x19, dispatched: 0x2a } as const;
const tagOfNumber: ReadonlySet<number> = new Set([0x09, 0x11, 0x19, 0x21]);

/** Where the number of the next request to be read stands in the state's bytes, and what is being sent. */
type State = { readonly readIndexAt: number; readonly readIndex: bigint; readonly dispatched: ReadonlySet<bigint> };

/**
 * A queue that cannot note on a full disk what it reads goes on to the next request, and in most cases cannot remove the
 * one it gave up either: nobody asks for that again, though it is there. This has the queues of a directory begin with the
 * oldest of those once more, by one number in each file, which stays as long as it was; the process that wrote them has to
 * be gone. Answers how many requests that are; 0 for a directory that is not there. Rejects for a file that is no queue.
 */
export const takeUpAgain = async (directory: string): Promise<number> => {
  const counts = await eachQueue(directory, takeUp, "r+");
  return counts.reduce((sum, count) => sum + count, 0);
};

const takeUp = async ({ file, requests, others }: QueueFile): Promise<number> => {
  const own = others.find(({ key }) => key === stateKey);
  const state = own === undefined ? null : stateOf(await readValue(file, own));
  if (own === undefined || state === null) return 0;
  const { readIndex, readIndexAt, dispatched } = state;
  const givenUp = requests
    .map(({ key }) => BigInt(key))
    .filter((number) => number < readIndex && !dispatched.has(number))
    .sort((a, b) => (a < b ? -1 : 1));
  const [oldest] = givenUp;
  if (oldest === undefined) return 0;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(oldest);
  await file.write(bytes, 0, bytes.length, own.at + readIndexAt);
  return givenUp.length;
};

/** null: nothing was read yet, or it is written in some other way. */
const stateOf = (value: Buffer): State | null => {
  let readIndexAt: number | null = null;
  let dispatched: ReadonlySet<bigint> = new Set();
  for (let at = 0; at < value.length; ) {
    const tag = value[at] ?? 0;
    if (tagOfNumber.has(tag) && at + 9 <= value.length) {
      if (tag === tags.readIndex) readIndexAt = at + 1;
      at += 9;
    } else if (tag === tags.dispatched) {
      const [length, begin] = lengthAt(value, at + 1);
      if (begin + length > value.length || length % 8 !== 0) return null;
      dispatched = new Set(Array.from({ length: length / 8 }, (_, index) => value.readBigUInt64LE(begin + index * 8)));
      at = begin + length;
    } else return null;
  }
  if (readIndexAt === null) return null;
  return { readIndexAt, readIndex: value.readBigUInt64LE(readIndexAt), dispatched };
};

/** A length as protobuf writes it, and what comes behind it. */
const lengthAt = (value: Buffer, at: number): readonly [length: number, begin: number] => {
  let length = 0;
  for (let index = 0; index < 4; index++) {
    const byte = value[at + index] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [length, at + index + 1];
  }
  return [Number.POSITIVE_INFINITY, at];
};
