/** Where a request comes from: the address at the other end, or what a trusted proxy there says in X-Forwarded-For. */
import type { IncomingMessage } from 'node:http'
import proxyAddress from '@fastify/proxy-addr'
import type { Asked } from './lean/answer.ts'

/** Undefined when the connection is gone. */
export type ClientAddress = (asked: Pick<Asked, 'ip' | 'header'>) => string | undefined

/** `SLUICE_TRUSTED_PROXIES` in parts; what a stranger claims is not looked at. */
export const trustedProxyList = (trustedProxies: string): string[] => (trustedProxies === '' ? [] : trustedProxies.split(',').map((one) => one.trim()))

/** Throws a TypeError for what is neither an address, a range nor a word of proxy-addr. */
export function clientAddresses(trustedProxies: string): ClientAddress {
  const list = trustedProxyList(trustedProxies)
  if (list.length === 0) return (asked) => asked.ip()
  const trusts = proxyAddress.compile(list)
  return (asked) => {
    const forwarded = asked.header('x-forwarded-for')
    const remoteAddress = asked.ip()
    if (forwarded === undefined || remoteAddress === undefined) return remoteAddress
    return proxyAddress({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage, trusts)
  }
}

/** What counts as one customer: an IPv4 address, or an IPv6 /64, the smallest network that a customer gets. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined || !ip.includes(':')) return mapped ?? ip
  const [head = '', tail = ''] = ip.split('%')[0]!.split('::')
  const front = head.split(':').filter(Boolean)
  const back = tail.split(':').filter(Boolean)
  const groups = ip.includes('::') ? [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back] : front
  return `${groups.slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`
}
