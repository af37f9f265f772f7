/** A name for this very machine, which a page of another site cannot make resolve to it. */
const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);

const isAddress = (host: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || host.includes(":");

/** `host` of `host:port`, without the brackets of IPv6, in lower case. */
export const hostOf = (authority: string): string => {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(authority);
  return (bracketed?.[1] ?? authority.replace(/:\d+$/, "")).toLowerCase();
};

/**
 * Whether a request's Host header names us. A page of another site can have its own name resolve to this address (DNS
 * rebinding) and then read what it likes, unless that name is refused: loopback names, addresses, and the name we were
 * told to listen on are not such names. Probes of kubelet come by address.
 */
export const isOwnHost = (header: string | undefined, listenHost: string): boolean => {
  if (header === undefined) return false;
  const host = hostOf(header);
  return isLoopback(host) || isAddress(host) || host === listenHost.toLowerCase();
};

/** The peer is a process of this machine. */
export const isLoopbackPeer = (address: string | undefined): boolean =>
  address !== undefined && isLoopback(address.replace(/^::ffff:/, ""));
