import { type FileHandle, open } from "node:fs/promises";

export type AccessLogView = { readonly path: string; readonly lines: number; readonly newest: string | null };

/** Follows the file to which the Collectors write access logs: counts lines, keeps the newest. */
export const followAccessLog = async (
  path: string,
): Promise<{ look(): Promise<AccessLogView>; close(): Promise<void> }> => {
  const file: FileHandle = await open(path, "a+", 0o600);
  const buffer = Buffer.alloc(1 << 16);
  let offset = 0;
  let lines = 0;
  let newest: string | null = null;
  let rest = "";
  const look = async (): Promise<AccessLogView> => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) return { path, lines, newest };
      offset += bytesRead;
      const parts = (rest + buffer.toString("utf8", 0, bytesRead)).split("\n");
      rest = parts.pop() ?? "";
      lines += parts.length;
      newest = parts.findLast((part) => part !== "") ?? newest;
    }
  };
  return { look, close: () => file.close() };
};
