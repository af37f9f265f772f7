import { eachQueue } from "./queue-files.ts";

/**
 * How many export requests a Collector left in the queues of a `file_storage` directory, by reading its files: the
 * process that wrote them is gone, and only another Collector would know. 0 for a directory that is not there. Rejects for
 * a file that is no queue.
 */
export const requestsLeft = async (directory: string): Promise<number> =>
  (await eachQueue(directory, ({ requests }) => requests.length)).reduce((sum, count) => sum + count, 0);
