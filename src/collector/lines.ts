import { StringDecoder } from "node:string_decoder";

/** Takes bytes, gives lines without their line end. `end` gives the last one if it had none. */
export type LineReader = { readonly push: (chunk: Uint8Array) => void; readonly end: () => void };

/** Splits a stream into lines of at most `limit` UTF-16 units; the rest of a longer line is dropped and marked. */
export const lineReader = (onLine: (line: string) => void, limit = 16 * 1024): LineReader => {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let cut = false;
  const hold = (text: string): void => {
    const room = limit - pending.length;
    if (text.length > room) cut = true;
    pending += text.slice(0, Math.max(room, 0));
  };
  const give = (): void => {
    const line = pending.endsWith("\r") ? pending.slice(0, -1) : pending;
    if (line !== "" || cut) onLine(cut ? `${line}…` : line);
    pending = "";
    cut = false;
  };
  const take = (text: string): void => {
    let start = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", start)) {
      hold(text.slice(start, at));
      give();
      start = at + 1;
    }
    hold(text.slice(start));
  };
  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end: () => {
      take(decoder.end());
      give();
    },
  };
};
