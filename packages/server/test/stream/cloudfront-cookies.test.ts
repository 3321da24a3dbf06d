/** CloudFront's signed cookies: the same as AWS's own signer makes, and set by play where they open what the token opens. */
import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { getSignedCookies } from '@aws-sdk/cloudfront-signer'
import { cloudFrontCookies, cloudFrontPolicy } from '../../src/stream/play/cloudfront-cookies.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const signer = { keyPairId: 'K2JCJMDEHXQW5F', privateKey: createPrivateKey(pem) }
const grant = { origin: 'https://video.example.org', token: '1.k1.2000000000.3.0.viewer-1.JKKBsO1iEB9wQmh-zbQJJpi_2Oy4tfbrDb8t-aY-J8w', exp: 2_000_000_000 }
const url = `${grant.origin}/p/${grant.token}/*`

test('to the letter what AWS’s signer makes of the same policy, bound to an address or not', () => {
  for (const ip of [undefined, '203.0.113.7']) {
    const of = { ...grant, ...(ip !== undefined && { ip }) }
    const own = cloudFrontCookies(signer, of)
    assert.deepEqual(own, getSignedCookies({ keyPairId: signer.keyPairId, privateKey: pem, policy: cloudFrontPolicy(of) }))
  }
})

test('the policy is the one that AWS’s signer writes for that URL, expiry and address', () => {
  const aws = getSignedCookies({ keyPairId: signer.keyPairId, privateKey: pem, url, dateLessThan: new Date(grant.exp * 1000), ipAddress: '203.0.113.7/32' })
  const decoded = Buffer.from(aws['CloudFront-Policy']!.replace(/-/g, '+').replace(/_/g, '=').replace(/~/g, '/'), 'base64').toString()
  assert.deepEqual(JSON.parse(cloudFrontPolicy({ ...grant, ip: '203.0.113.7' })), JSON.parse(decoded))
  assert.deepEqual(JSON.parse(cloudFrontPolicy({ ...grant, ip: '::ffff:203.0.113.7' })), JSON.parse(decoded))
})

test('an IPv6 address is left to the token', () => {
  assert.equal(cloudFrontPolicy({ ...grant, ip: '2001:db8::1' }), cloudFrontPolicy(grant))
})

test('the signature is of the policy, by the key', () => {
  const { 'CloudFront-Signature': signature } = cloudFrontCookies(signer, grant)
  const bytes = Buffer.from(signature!.replace(/-/g, '+').replace(/_/g, '=').replace(/~/g, '/'), 'base64')
  assert.ok(verify('sha1', Buffer.from(cloudFrontPolicy(grant)), pair.publicKey, bytes))
})
