/** Dashboard and alert rules ask for what the product tells, by names, labels and label values that it really has. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { families, openMeasures, type FamilyName } from '../../src/base/measures.ts'
import { openMetrics } from '../../src/http/metrics.ts'
import { repositoryRoot } from '../rules/tree.ts'

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')

type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string } }
const rules = (parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)
type Panel = { id: number; title: string; description: string; gridPos: { x: number; y: number; w: number; h: number }; targets: { expr: string; legendFormat: string }[] }
const { panels } = JSON.parse(read('deploy/grafana/sluice.json')) as { panels: Panel[] }
const asked = [...rules.map(({ alert, expr }) => ({ where: alert, expr })), ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr })))]

/** What /metrics says with something counted in every family: names as Prometheus stores them, each with its labels. */
function told(): Map<string, Set<string>> {
  const measures = openMeasures()
  for (const name of Object.keys(families) as FamilyName[]) families[name].type === 'counter' ? measures.count(name, 'x') : measures.observe(name, '0', 1)
  const metrics = openMetrics(measures)
  metrics.observe('GET', '/x', 200, 0.1)
  const text = metrics.render([{ priority: 0, ready: 1, delayed: 0, leased: 0, oldestSeconds: 1 }], [{ name: 'documents', isUp: true }])
  metrics.close()
  const found = new Map<string, Set<string>>()
  for (const [, name, labels = ''] of text.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? \S+$/gm)) {
    found.set(name!, new Set([...labels.matchAll(/([a-z]+)="/g)].map((match) => match[1]!)))
  }
  return found
}

/** Of Prometheus itself. */
const ofPrometheus = { names: new Set(['up']), labels: new Set(['job', 'instance']) }

test('every metric and label that dashboard and alerts name is told', () => {
  const metrics = told()
  for (const { where, expr } of asked) {
    const names = [...expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(by|ignoring|on)\s*\([^)]*\)/g, '').matchAll(/\b[a-z][a-z0-9_]*\b(?!\s*\()/g)].map((match) => match[0]).filter((name) => name !== 'group_left')
    assert.ok(names.length > 0, `${where}: ${expr}`)
    for (const name of names.filter((name) => !/^(sum|max|min|by|rate)$/.test(name))) assert.ok(metrics.has(name) || ofPrometheus.names.has(name), `${where}: there is no metric ${name}`)
    const known = new Set([...ofPrometheus.labels, ...names.flatMap((name) => [...(metrics.get(name) ?? [])])])
    const labels = [...[...expr.matchAll(/([a-z_]+)\s*=~?"/g)].map((match) => match[1]!), ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => match[1]!.split(',').map((label) => label.trim()))]
    for (const label of labels) assert.ok(known.has(label), `${where}: no metric in ${expr} has a label ${label}`)
  }
})

test('every family of the product is on the dashboard', () => {
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n')
  for (const name of [...Object.keys(families), 'sluice_queue_tasks', 'sluice_queue_oldest_seconds', 'sluice_queue_cpu_seconds', 'sluice_dependency_up', 'sluice_http_requests_total']) assert.ok(expressions.includes(name), name)
})

test('panels lie beside each other, and say what they show', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  assert.equal(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size, panels.length)
  for (const { title, description, gridPos, targets } of panels) assert.ok(title && description && gridPos.x + gridPos.w <= 24 && targets.every(({ legendFormat }) => legendFormat), title)
})

test('each alert is explained, with what to do', () => {
  const manual = read('docs/operations.md')
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  for (const { alert, annotations, labels } of rules) {
    assert.ok(annotations.summary !== '' && ['page', 'ticket'].includes(labels.severity), alert)
    assert.match(manual, new RegExp(`^\\| \`${alert}\` \\| .+ \\| .+ \\|$`, 'm'))
  }
})
