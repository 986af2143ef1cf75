import { BlockList, isIP } from 'node:net'

/** Whether the text is an IP address. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0
}

/**
 * Whether an IP address is a host of the public internet: not private, loopback, link-local (cloud metadata), shared
 * (CGNAT), multicast or reserved, and not IPv6 that stands for an IPv4 address (mapped, NAT64, 6to4, Teredo), which
 * could be any of them. Source: IANA's special-purpose address registries, RFC 6890.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !specialIPv4.check(address)
  // With a zone (`fe80::1%eth0`) it is local.
  if (family === 6 && !address.includes('%'))
    return globalIPv6.check(address, 'ipv6') && !specialIPv6.check(address, 'ipv6')
  return false
}

const specialIPv4 = subnets('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
])

/** All that IANA has given out for global unicast; loopback, mapped, NAT64, unique and link-local ones are outside it. */
const globalIPv6 = subnets('ipv6', [['2000::', 3]])

const specialIPv6 = subnets('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])

function subnets(family: 'ipv4' | 'ipv6', list: readonly (readonly [string, number])[]): BlockList {
  const blockList = new BlockList()
  for (const [network, prefix] of list) blockList.addSubnet(network, prefix, family)
  return blockList
}
