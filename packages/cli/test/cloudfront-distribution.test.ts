/** deploy/cloudfront/distribution.json keeps what the delivery contract needs of CloudFront. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

const template = JSON.parse(await readFile(new URL('../../../deploy/cloudfront/distribution.json', import.meta.url), 'utf8')) as { Resources: Record<string, { Properties: any }> }
const properties = (name: string) => template.Resources[name]!.Properties
const config = properties('Distribution').DistributionConfig
const ifSecond = (value: any) => value['Fn::If'][1]

test('a 503 is “not yet”: kept for a second at most, and no reason to ask the other edge', () => {
  const kept = new Map<number, number>(config.CustomErrorResponses.map((one: any) => [one.ErrorCode, one.ErrorCachingMinTTL]))
  assert.ok(kept.get(503)! <= 1)
  for (const code of [400, 403, 404, 416]) assert.equal(kept.get(code), 0, `${code}`)
  const [group] = ifSecond(config.OriginGroups).Items
  assert.deepEqual(group.FailoverCriteria.StatusCodes, { Quantity: 3, Items: [500, 502, 504] })
})

test('the cache’s key is the path without its token, and the encoding; the token goes on in its header alone', () => {
  const { CachePolicyConfig: policy } = properties('CachePolicy')
  assert.deepEqual([policy.MinTTL, policy.DefaultTTL], [0, 0], 'what the origin says of its answers counts')
  assert.ok(policy.MaxTTL >= 31_536_000)
  const { HeadersConfig, CookiesConfig, QueryStringsConfig, EnableAcceptEncodingGzip } = policy.ParametersInCacheKeyAndForwardedToOrigin
  assert.deepEqual([HeadersConfig.HeaderBehavior, CookiesConfig.CookieBehavior, QueryStringsConfig.QueryStringBehavior, EnableAcceptEncodingGzip], ['none', 'none', 'none', true])
  assert.deepEqual(properties('OriginRequestPolicy').OriginRequestPolicyConfig.HeadersConfig, { HeaderBehavior: 'whitelist', Headers: ['x-sluice-token'] })
})

test('every behaviour checks tokens by the function, and waits longer than the edge holds a request', () => {
  for (const behavior of [config.DefaultCacheBehavior, ...ifSecond(config.CacheBehaviors)]) {
    assert.deepEqual(behavior.FunctionAssociations, [{ EventType: 'viewer-request', FunctionARN: { Ref: 'FunctionArn' } }])
    assert.deepEqual(behavior.AllowedMethods, ['GET', 'HEAD', 'OPTIONS'])
    assert.equal(behavior.Compress, false)
  }
  for (const origin of [config.Origins[0], ifSecond(config.Origins[1])]) assert.ok(origin.CustomOriginConfig.OriginReadTimeout > 8)
})
