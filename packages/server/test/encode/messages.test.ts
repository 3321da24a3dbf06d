/** What is taken from a queue for a message, and the priority that it is put there with. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage, taskOf, type Message } from '../../src/domain/messages.ts'

const of = { videoId: 'video00000000001', revision: 'rev00001' }

test('a chunk may name its renditions; in the background it comes last', () => {
  const named: Message = { kind: 'chunk', ...of, chunk: 3, renditionIds: ['h264-720p'] }
  assert.deepEqual(parseMessage(structuredClone(named)), named)
  assert.deepEqual([taskOf({ kind: 'chunk', ...of, chunk: 3 }), taskOf(named), taskOf({ ...named, background: true })].map(({ priority }) => priority), [2, 2, 3])
  for (const renditionIds of [[], 'h264-720p', [3], {}]) assert.equal(parseMessage({ ...named, renditionIds }), undefined)
})

test('sound: the first part soon, the others with the bulk, a further codec last', () => {
  const sound = { kind: 'audio', ...of, renditionId: 'aac-1' } as const
  assert.deepEqual([taskOf({ ...sound, part: 0 }), taskOf({ ...sound, part: 1 }), taskOf({ ...sound, part: 0, background: true })].map(({ priority }) => priority), [1, 2, 3])
})

test('an upgrade belongs to a revision, and nobody waits for it', () => {
  const message: Message = { kind: 'upgrade', ...of }
  assert.deepEqual(parseMessage({ ...message }), message)
  assert.equal(parseMessage({ kind: 'upgrade', videoId: of.videoId }), undefined)
  assert.equal(taskOf(message).priority, 3)
})

test('what another version put there is not taken for something else', () => {
  for (const body of [undefined, null, 'chunk', {}, { kind: 'dance', ...of }, { kind: 'toString', ...of }, { kind: 'inspect', videoId: '../x' }]) {
    assert.equal(parseMessage(body), undefined)
  }
})
