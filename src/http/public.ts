import dns from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { PlatformError } from '../errors.js';

/**
 * Not public: what the registries of special-purpose addresses of IANA list (RFC 6890, RFC 8190), multicast, and what is reserved.
 * Of IPv6 only 2000::/3 is assigned to the internet: loopback, mapped IPv4, NAT64, unique local and link-local lie outside of it.
 */
const NOT_PUBLIC = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
];
const notPublic = listOf(NOT_PUBLIC);
const assigned = listOf(['2000::/3']);

/** Whether an IP address is one of the public internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !notPublic.check(address);
  return assigned.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

/** A name stands for no public address. */
export class NotPublic extends Error {}

/** Resolves a name as Node does, to its public addresses only. What connects by it cannot reach any other. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, []);
    const addresses = found.filter(({ address }) => isPublic(address));
    const [first] = addresses;
    if (first === undefined) callback(new NotPublic('No public address'), []);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** One public address of a host, for someone else to connect to. Throws `NotPublic`, and the errors of the lookup. */
export function publicAddressOf(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    lookupPublic(host, { order: 'ipv4first' }, (error, address) => {
      if (error === null && typeof address === 'string') resolve(address);
      else reject(error);
    });
  });
}

/** Throws `PlatformError` for an address that can be told not to be public without resolving a name: connecting resolves none for it. */
export function refuseNotPublic({ protocol, hostname, host }: URL): void {
  if (protocol !== 'https:') throw new PlatformError('configuration', `${host} is asked over https only`, 'connection');
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isPublic(bare)) throw noPublicAddress(host);
}

export function noPublicAddress(host: string): PlatformError {
  return new PlatformError('configuration', `${host} has no public address, so it is not asked`, 'connection');
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
